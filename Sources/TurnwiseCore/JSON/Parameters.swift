internal import Foundation

/// Sets stored properties of a `Codable` value by name, as `--env-set horizon=8` does.
///
/// The encoding of the value provides the names, defaults and types of its properties.
public enum Parameters {
  /// What is wrong with an assignment.
  public enum Problem: Error, Hashable, Sendable {
    /// There is no parameter of that name.
    case unknown(name: String, known: [String])
    /// The text cannot be read as a value of the parameter.
    case mismatch(name: String, text: String, expected: String)
    /// The text does not have the form `name=value`.
    case malformed(String)
    /// The value cannot be decoded with the assignment; the text says why.
    case refused(String)
  }

  /// Returns the parameters of a value with their current settings; `blobs` receives the bytes of its blobs.
  ///
  /// - Throws: An `EncodingError` if the value cannot be written as JSON.
  public static func settings(
    of value: some Encodable, blobs: BlobStore? = nil
  ) throws -> [String: JSONValue] {
    guard case .object(let members) = try JSONValue(encoding: value, blobs: blobs) else {
      return [:]
    }
    return members
  }

  /// Splits `name=value`.
  ///
  /// - Throws: ``Problem/malformed(_:)``.
  public static func assignment(_ text: some StringProtocol) throws -> (name: String, value: String)
  {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw Problem.malformed(String(text))
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  /// Returns a copy of `value` with some properties set from text; nested properties are named `outer.inner`.
  ///
  /// - Throws: A ``Problem``.
  public static func setting<T: Codable>(
    _ assignments: [(name: String, value: String)], of value: T
  ) throws -> T {
    var members = try settings(of: value)
    for (name, text) in assignments {
      let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      do {
        members = try set(path[...], in: members, name: name) {
          try read(text, like: $0, name: name)
        }
      } catch let mismatch as Problem {
        // Some values are spelled in two ways, such as a number and the word `auto`.
        guard case .mismatch = mismatch,
          let spelled = try? set(path[...], in: members, name: name, { _ in .string(text) }),
          (try? merged(spelled, T.self)) != nil
        else { throw mismatch }
        members = spelled
      }
    }
    return try merged(members, T.self)
  }

  private static func set(
    _ path: ArraySlice<String>, in members: [String: JSONValue], name: String,
    _ value: (_ current: JSONValue) throws -> JSONValue
  ) throws -> [String: JSONValue] {
    var members = members
    let key = path.first ?? ""
    switch (path.dropFirst(), members[key]) {
    case ([], let current?): members[key] = try value(current)
    case (let rest, .object(let inner)?):
      members[key] = .object(try set(rest, in: inner, name: name, value))
    default: throw Problem.unknown(name: name, known: members.keys.sorted())
    }
    return members
  }

  /// Returns a copy of `value` with its recorded properties; the others keep their values.
  ///
  /// - Parameters:
  ///   - recorded: The recorded properties.
  ///   - value: The value.
  ///   - blobs: The store that the bytes of recorded blobs are read from.
  /// - Returns: The copy.
  /// - Throws: A ``Problem``.
  public static func setting<T: Codable>(
    _ recorded: [String: JSONValue], of value: T, blobs: BlobStore? = nil
  ) throws -> T {
    try merged(settings(of: value).merging(recorded) { $1 }, T.self, blobs)
  }

  /// Returns a copy of `value` with recorded properties, which may be nested and must all exist.
  ///
  /// - Parameters:
  ///   - recorded: Some or all of the properties, nested as they are encoded.
  ///   - value: The value.
  /// - Returns: The copy.
  /// - Throws: A ``Problem``, also for a property that does not exist.
  public static func settingStrictly<T: Codable>(
    _ recorded: [String: JSONValue], of value: T
  ) throws -> T {
    try merged(joined(recorded, onto: settings(of: value), in: ""), T.self)
  }

  private static func joined(
    _ recorded: [String: JSONValue], onto members: [String: JSONValue], in place: String
  ) throws -> [String: JSONValue] {
    var members = members
    for (name, value) in recorded.sorted(by: { $0.key < $1.key }) {
      switch (members[name], value) {
      case (nil, _):
        let known = members.keys.sorted().map { place + $0 } + keys(of: members, in: place)
        throw Problem.unknown(name: place + name, known: known)
      case (.object(let current)?, .object(let inner)):
        members[name] = .object(try joined(inner, onto: current, in: "\(place)\(name)."))
      case (.object?, _):
        throw Problem.mismatch(
          name: place + name, text: value.compact, expected: "a JSON object of options")
      default: members[name] = value
      }
    }
    return members
  }

  /// Returns the names of all properties; nested ones are named `outer.inner`.
  private static func keys(of members: [String: JSONValue], in place: String) -> [String] {
    members.sorted { $0.key < $1.key }.flatMap { name, value in
      guard case .object(let inner) = value, !inner.isEmpty else { return [place + name] }
      return keys(of: inner, in: "\(place)\(name).")
    }
  }

  private static func merged<T: Decodable>(
    _ members: [String: JSONValue], _ type: T.Type, _ blobs: BlobStore? = nil
  ) throws -> T {
    do {
      return try JSONValue.object(members).decode(type, blobs: blobs)
    } catch let error as DecodingError {
      if case .dataCorrupted(let context) = error,
        let unknown = context.underlyingError as? UnknownWord
      {
        throw Problem.mismatch(
          name: context.codingPath.map(\.stringValue).joined(separator: "."), text: unknown.word,
          expected: unknown.expected)
      }
      throw Problem.refused(error.plainDescription)
    }
  }

  private static func read(_ text: String, like current: JSONValue, name: String) throws
    -> JSONValue
  {
    func mismatch(_ expected: String) -> Problem {
      .mismatch(name: name, text: text, expected: expected)
    }
    switch current {
    case .bool:
      guard let value = Bool(text) else { throw mismatch("true or false") }
      return .bool(value)
    case .integer, .unsigned, .number:
      if let value = Int(text) { return .integer(value) }
      if let value = UInt64(text) { return .unsigned(value) }
      guard let value = Double(text), value.isFinite else { throw mismatch("a number") }
      return .number(value)
    case .string: return .string(text)
    case .array(let items):
      let kind = items.first ?? .string("")
      return .array(
        try text.split(separator: ",").map { try read("\($0)", like: kind, name: name) })
    case .null, .object:
      guard let value = try? JSON.decode(JSONValue.self, from: .init(text.utf8)) else {
        throw mismatch("JSON")
      }
      return value
    }
  }
}

extension Parameters.Problem: CustomStringConvertible {
  /// What is wrong, and what would be right.
  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "there is no parameter '\(name)'; there is \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    case .mismatch(let name, let text, let expected): "\(name)=\(text): expected \(expected)"
    case .malformed(let text): "'\(text)' is not of the form name=value"
    case .refused(let reason): reason
    }
  }
}
