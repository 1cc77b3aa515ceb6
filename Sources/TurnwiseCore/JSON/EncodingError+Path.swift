extension EncodingError {
  /// What is wrong and where, for somebody who does not know Swift: `state.best is infinite: …`.
  public var plainDescription: String {
    guard case .invalidValue(let value, let context) = self else { return "\(self)" }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return (path.isEmpty ? "\(value)" : path) + " " + context.debugDescription
  }

  /// Puts the name of a member before the path of what goes wrong in it.
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

/// The name of a member of any type.
private struct MemberName: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
