internal import Foundation

extension ArgumentSchema {
  /// Decodes arguments that conform to the schema.
  ///
  /// - Throws: What the type's own `init(from:)` throws.
  func decode<T: Decodable>(_ type: T.Type, from arguments: JSONValue) throws -> T {
    do { return try JSONValueDecoder(arguments, .arguments).decode(type) } catch {}
    // A custom `init(from:)` has refused them; the error of Foundation's decoder contains the path.
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let container = try decoder.singleValueContainer()
      guard let date = Date(argument: try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "is not a date and time such as 2026-01-31T12:00:00Z")
      }
      return date
    }
    return try decoder.decode(type, from: JSON.encode(arguments))
  }
}

extension Date {
  /// Parses a date and time in the format of arguments: RFC 3339, such as `2026-01-31T12:00:00.5+01:00`.
  init?(argument text: String) {
    for style in [Date.ISO8601FormatStyle(), .init(includingFractionalSeconds: true)] {
      if let date = try? style.parse(text) {
        self = date
        return
      }
    }
    return nil
  }
}
