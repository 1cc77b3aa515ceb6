extension EncodingError {
  /// Describes what is wrong and where, for a reader who does not know Swift: `state.best is infinite: …`.
  public var plainDescription: String {
    guard case .invalidValue(let value, let context) = self else { return "\(self)" }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return (path.isEmpty ? "\(value)" : path) + " " + context.debugDescription
  }

  /// Prepends the name of a member to the path of an encoding error in it.
  static func naming<T>(_ name: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch EncodingError.invalidValue(let value, let context) {
      throw EncodingError.invalidValue(
        value,
        Context(
          codingPath: [MemberName(stringValue: name)] + context.codingPath,
          debugDescription: context.debugDescription, underlyingError: context.underlyingError))
    }
  }
}

/// A coding key with any name.
private struct MemberName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
