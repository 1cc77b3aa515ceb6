public import TurnwiseCore
public import TurnwiseModel

/// The saved state of a model of evidence: files of tensors, and a JSON value with the rest.
public struct SavedEvidence: Sendable, Equatable {
  /// The tensors by the name of their file, without its extension; no two files of a trainer may have one name.
  public var tensors: [String: Safetensors]
  /// Everything else.
  public var state: JSONValue

  /// Creates a saved state.
  public init(tensors: [String: Safetensors] = [:], state: JSONValue = [:]) {
    (self.tensors, self.state) = (tensors, state)
  }

  /// Reads a model from one of the files.
  ///
  /// - Parameters:
  ///   - name: The name of the file.
  ///   - heads: The possible outputs of the model.
  ///   - policy: The shape of the policy. The model must be able to read everything that the policy
  ///     reads.
  /// - Returns: The model with its optimiser.
  /// - Throws: A ``SavedStateError`` that says what does not fit.
  public func checkpoint(
    _ name: String, heads: Set<ModelConfiguration.Head>, alongside policy: ModelConfiguration
  ) throws -> Checkpoint {
    let checkpoint = try tensors.checkpoint(name)
    let shape = checkpoint.model.configuration
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
      if !condition { throw SavedStateError(part: name, reason: reason()) }
    }
    try require(
      heads.contains(shape.head),
      "is a model with the head '\(shape.head.rawValue)', not one with"
        + " \(heads.map { "'\($0.rawValue)'" }.sorted().joined(separator: " or "))")
    try require(
      shape.vocabulary == policy.vocabulary,
      "has \(shape.vocabulary) tokens, and the policy has \(policy.vocabulary)")
    try require(
      shape.context >= policy.context,
      "has a context of \(shape.context) tokens, and the policy has one of \(policy.context)")
    return checkpoint
  }

  /// Reads part of ``state``.
  ///
  /// - Throws: A ``SavedStateError``.
  public func value<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
    guard let value = state[name] else { throw SavedStateError(part: name, reason: "is missing") }
    do {
      return try value.decode(type)
    } catch let error as DecodingError {
      throw SavedStateError(part: name, reason: error.plainDescription)
    }
  }
}

extension [String: Safetensors] {
  /// Reads a model.
  ///
  /// - Throws: A ``SavedStateError``.
  func checkpoint(_ name: String) throws -> Checkpoint {
    guard let file = self[name] else { throw SavedStateError(part: name, reason: "is missing") }
    do {
      return try Checkpoint(decoding: file)
    } catch {
      throw SavedStateError(part: name, reason: "\(error)")
    }
  }
}

/// A problem with a part of a trainer's saved state.
public struct SavedStateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The name of the file or field.
  public var part: String
  /// The problem with it.
  public var reason: String

  /// Creates an error.
  public init(part: String, reason: String) { (self.part, self.reason) = (part, reason) }

  /// The part and what is wrong with it.
  public var description: String { "'\(part)': \(reason)" }
}
