internal import TurnwiseCore

/// The estimators that can be chosen by name, each with its default options.
///
/// A name with options is spelled `turn:gamma=0.95` or `token:gamma=0.99,lambda=0.9`; a list of them
/// is separated by commas as well, since an option is told from a name by its `=`. Options are
/// numbers, truth values and words without commas; an optional property that is `nil` is no option.
public struct EstimatorCatalog: Sendable {
  /// The estimators of Turnwise.
  public static let standard = EstimatorCatalog([
    RLOO(), TurnReturnToGo(), TokenGAE(), PotentialReturnToGo(),
  ])

  /// The estimators with their default options, in the order they were added.
  public let estimators: [any CreditEstimator]

  /// Creates a catalog; no two estimators may have one name.
  public init(_ estimators: [any CreditEstimator]) {
    var seen: Set<String> = []
    for estimator in estimators {
      let id = type(of: estimator).id
      precondition(seen.insert(id).inserted, "Two credit estimators are called '\(id)'.")
      precondition(
        !id.isEmpty && !id.contains { ":,=".contains($0) || $0.isWhitespace },
        "The name '\(id)' of a credit estimator holds a character that separates options.")
    }
    self.estimators = estimators
  }

  /// Returns the catalog with more estimators, such as a user's own.
  public func adding(_ more: [any CreditEstimator]) -> EstimatorCatalog {
    EstimatorCatalog(estimators + more)
  }

  /// The names of the estimators.
  public var ids: [String] { estimators.map { type(of: $0).id } }

  /// Returns the options of an estimator that can be set, with their current values.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public func options(of estimator: any CreditEstimator) throws -> [(name: String, value: String)] {
    try Parameters.settings(of: estimator).sorted { $0.key < $1.key }
      .map { (name: $0.key, value: try Self.spell($0.value)) }
  }

  /// Reads one estimator, such as `turn:gamma=0.95`.
  ///
  /// - Throws: An ``EstimatorNameError``.
  public func estimator(_ spelling: String) throws -> any CreditEstimator {
    let found = try estimators(spelling)
    guard found.count == 1 else { throw EstimatorNameError.notOne(spelling) }
    return found[0]
  }

  /// Reads a list of estimators, such as `rloo,turn:gamma=0.95,token:gamma=0.99,lambda=0.9`.
  ///
  /// - Throws: An ``EstimatorNameError``, also where two of the list are the same.
  public func estimators(_ list: String) throws -> [any CreditEstimator] {
    var requests: [(id: String, options: [String])] = []
    for piece in list.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = piece.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 1, piece.contains("=") {
        guard let last = requests.indices.last else {
          throw EstimatorNameError.malformed(String(piece))
        }
        requests[last].options.append(String(piece))
      } else {
        requests.append((id: String(parts[0]), options: parts.dropFirst().map(String.init)))
      }
    }
    let found = try requests.map(make)
    var seen: Set<String> = []
    for spelling in try found.map(spelling) where !seen.insert(spelling).inserted {
      throw EstimatorNameError.repeated(spelling)
    }
    return found
  }

  /// Returns the canonical spelling: options in alphabetical order, those at their default left out.
  ///
  /// - Throws: An `EncodingError` if the estimator cannot be written as JSON.
  public func spelling(of estimator: any CreditEstimator) throws -> String {
    let id = type(of: estimator).id
    let defaults = try estimators.first { type(of: $0).id == id }.map { try options(of: $0) } ?? []
    let changed = try options(of: estimator).filter { option in
      !defaults.contains { $0 == option }
    }
    let words = changed.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    return words.isEmpty ? id : "\(id):\(words)"
  }

  private func make(_ request: (id: String, options: [String])) throws -> any CreditEstimator {
    guard let found = estimators.first(where: { type(of: $0).id == request.id }) else {
      throw EstimatorNameError.unknown(request.id, known: ids)
    }
    var assignments: [(name: String, value: String)] = []
    for option in request.options {
      guard let assignment = try? Parameters.assignment(option), !assignment.value.isEmpty else {
        throw EstimatorNameError.malformed(option)
      }
      guard !assignments.contains(where: { $0.name == assignment.name }) else {
        throw EstimatorNameError.repeated(assignment.name)
      }
      assignments.append(assignment)
    }
    return try set(assignments, of: found)
  }

  private func set(
    _ assignments: [(name: String, value: String)], of estimator: some CreditEstimator
  ) throws -> any CreditEstimator {
    let id = type(of: estimator).id
    do {
      return try Parameters.setting(assignments, of: estimator)
    } catch Parameters.Problem.unknown(let name, let known) {
      throw EstimatorNameError.unknownOption(name, of: id, known: known)
    } catch let problem as Parameters.Problem {
      throw EstimatorNameError.badOption(of: id, reason: "\(problem)")
    }
  }

  private static func spell(_ value: JSONValue) throws -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array, .object: String(decoding: try JSON.encode(value), as: UTF8.self)
    }
  }
}
