internal import Foundation

/// Text as it was sampled or printed: bytes that are usually, but not always, UTF-8.
///
/// Programs may print any bytes, and an untrained policy may sample any bytes. A `String` would replace
/// invalid bytes and so change the record. Text is encoded as a JSON string if it is valid UTF-8, and as
/// `{"base64": "…"}` if it is not.
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
  /// Collects the bytes of a literal with values in it.
  ///
  /// Values are converted as in a `String`, but a text keeps its bytes. To customize how your own values are
  /// converted, extend this type instead of `DefaultStringInterpolation`.
  public struct StringInterpolation: StringInterpolationProtocol {
    @usableFromInline var bytes: [UInt8] = []

    /// Reserves capacity for a literal.
    @inlinable
    public init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + 8 * interpolationCount)
    }

    /// Appends the literal text between values.
    @inlinable
    public mutating func appendLiteral(_ literal: String) {
      var literal = literal
      literal.withUTF8 { bytes += $0 }
    }

    /// Appends a text.
    @inlinable
    public mutating func appendInterpolation(_ text: Text) { bytes += text.bytes }

    /// Appends the description of a value.
    @inlinable
    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      appendLiteral(value.description)
    }

    /// Appends a value, or a default if it is nil: `\(key, default: "none")`.
    @inlinable
    public mutating func appendInterpolation<Value>(
      _ value: Value?, default missing: @autoclosure () -> Text
    ) {
      switch value {
      case let text as Text: appendInterpolation(text)
      case let value?: appendInterpolation(value)
      case nil: appendInterpolation(missing())
      }
    }

    /// Appends a value that does not conform to `CustomStringConvertible`.
    @inlinable
    public mutating func appendInterpolation<Value>(_ value: Value) {
      appendLiteral(String(describing: value))
    }
  }

  /// Wraps a literal.
  public init(stringLiteral value: String) { self.init(value) }

  /// Wraps a literal with values in it.
  @inlinable
  public init(stringInterpolation parts: StringInterpolation) { bytes = parts.bytes }

  /// The text as a string; bytes that are not UTF-8 become U+FFFD.
  public var description: String { string }
}

extension Text: Codable {
  private enum CodingKeys: String, CodingKey { case base64 }

  /// Decodes a string, or an object with the key `base64`.
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

  /// Encodes a string if the bytes are UTF-8, otherwise an object with the key `base64`.
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
