internal import Foundation

/// Text as it was sampled or printed: bytes that are mostly, but not surely, UTF-8.
///
/// Programs print what they like and an untrained policy samples what it likes. A `String` would
/// repair such bytes and so change what happened. Encoded, text is a JSON string where it is valid
/// UTF-8, and `{"base64": "…"}` where it is not.
public struct Text: Hashable, Sendable {
  /// The bytes.
  public var bytes: [UInt8]

  /// Wraps bytes.
  @inlinable
  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Wraps the UTF-8 bytes of a string.
  @inlinable
  public init(_ string: some StringProtocol) { bytes = Array(string.utf8) }

  /// The text as a string; bytes that are not UTF-8 become U+FFFD.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  /// The text as a string if it is valid UTF-8.
  public var validString: String? { String(validating: bytes, as: UTF8.self) }

  /// Whether there are no bytes.
  public var isEmpty: Bool { bytes.isEmpty }
}

extension Text: ExpressibleByStringInterpolation, CustomStringConvertible {
  /// Wraps a literal.
  public init(stringLiteral value: String) { self.init(value) }

  /// The repaired string.
  public var description: String { string }
}

extension Text: Codable {
  private enum CodingKeys: String, CodingKey { case base64 }

  /// Reads a string or an object with the key `base64`.
  public init(from decoder: any Decoder) throws {
    if let string = try? decoder.singleValueContainer().decode(String.self) {
      self.init(string)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let encoded = try container.decode(String.self, forKey: .base64)
    guard let data = Data(base64Encoded: encoded) else {
      throw DecodingError.dataCorruptedError(
        forKey: .base64, in: container, debugDescription: "is not base64")
    }
    self.init(data)
  }

  /// Writes a string where the bytes are UTF-8, else an object with the key `base64`.
  public func encode(to encoder: any Encoder) throws {
    if let string = validString {
      var container = encoder.singleValueContainer()
      try container.encode(string)
    } else {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Data(bytes).base64EncodedString(), forKey: .base64)
    }
  }
}
