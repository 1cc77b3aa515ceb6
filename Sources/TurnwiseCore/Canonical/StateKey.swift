/// The content key of a state: equal keys mean equal states.
///
/// It is the first half of the SHA-256 digest of the state's canonical bytes (``CanonicalEncoder``),
/// so it is the same in every process and on every machine. Two different states share a key with a
/// probability of about 2⁻¹²⁸.
public struct StateKey: Hashable, Sendable, Comparable {
  private let high: UInt64
  private let low: UInt64

  /// Computes the key of a state.
  ///
  /// - Throws: What the state's own `encode(to:)` throws.
  public init(of state: some Encodable) throws {
    let digest = Digest(of: try CanonicalEncoder.bytes(of: state))
    (high, low) = (digest.words[0], digest.words[1])
  }

  /// Parses 32 hexadecimal digits; nil if the text is anything else.
  public init?(hexadecimal text: String) {
    guard text.utf8.count == 32, let high = Self.word(hexadecimal: text.prefix(16)),
      let low = Self.word(hexadecimal: text.suffix(16))
    else { return nil }
    (self.high, self.low) = (high, low)
  }

  /// The key as 32 hexadecimal digits.
  public var hexadecimal: String { Self.hexadecimal(high) + Self.hexadecimal(low) }

  /// Orders keys by their bytes.
  public static func < (left: StateKey, right: StateKey) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// Parses up to 16 hexadecimal digits; unlike `UInt64(_:radix:)`, it accepts no sign.
  static func word(hexadecimal text: some StringProtocol) -> UInt64? {
    text.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
      ? UInt64(text, radix: 16) : nil
  }

  /// Returns a word as 16 hexadecimal digits.
  static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension StateKey: Codable {
  /// Decodes 32 hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let key = StateKey(hexadecimal: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "is not a state key of 32 hexadecimal digits")
    }
    self = key
  }

  /// Encodes 32 hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }
}
