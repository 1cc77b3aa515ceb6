/// A JSON value as it was written, for files that people edit and publish.
///
/// Foundation's readers accept a comma after the last member, change long numbers, and reject half of a
/// surrogate pair with a misleading reason. This one keeps numbers as they are written, and reports what
/// is wrong and where.
enum StrictJSON: Hashable, Sendable {
  case null
  case bool(Bool)
  /// A number, as it is written.
  case number(String)
  case string(String)
  case array([StrictJSON])
  case object([String: StrictJSON])

  /// Why a text is not JSON.
  struct Problem: Error, Hashable, Sendable {
    /// Whether bytes are not UTF-8, which is not a question of JSON.
    var isEncoding = false
    /// The offset of the byte at which the problem shows, from 0.
    var offset: Int
    /// What is wrong.
    var reason: String
  }

  /// The beginning of the value as JSON, for messages.
  var preview: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .number(let text): String(text.prefix(Self.previewLength))
    case .string(let text): Self.quoted(text.prefix(Self.previewLength))
    case .array(let items):
      "[" + items.prefix(8).map(\.preview).joined(separator: ",").prefix(Self.previewLength) + "]"
    case .object(let members):
      "{"
        + members.keys.sorted().prefix(8).map { Self.quoted($0.prefix(20)) + ":…" }
        .joined(separator: ",") + "}"
    }
  }

  private static let previewLength = 60

  private static func quoted(_ text: Substring) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\n": "\\n"
      case "\t": "\\t"
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}

extension StrictJSON {
  /// The number of bytes of the byte order mark at the beginning of a text; 0 if it has none.
  static func byteOrderMarkLength(in bytes: some Collection<UInt8>) -> Int {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return bytes.starts(with: mark) ? mark.count : 0
  }

  /// Reads one value, which must be the whole text.
  ///
  /// - Parameter bytes: The text.
  /// - Returns: The value, and the number of characters that were replaced by U+FFFD because no text can
  ///   contain them: halves of surrogate pairs, and NUL.
  /// - Throws: What is wrong.
  static func read(
    _ bytes: ArraySlice<UInt8>
  ) throws(Problem) -> (value: StrictJSON, replaced: Int) {
    var reader = StrictJSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.isAtEnd else { throw reader.problem("there is more text after the value") }
    return (value, reader.replaced)
  }
}
