/// A number that is encoded as `null` if it is not finite, because JSON has no such numbers.
public struct FiniteNumber: Codable, Hashable, Sendable, ExpressibleByFloatLiteral {
  /// The number; NaN if `null` was decoded.
  public var value: Double

  /// Wraps a number.
  public init(_ value: Double) { self.value = value }

  /// Wraps a literal.
  public init(floatLiteral value: Double) { self.value = value }

  /// Decodes a number or `null`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? .nan : try container.decode(Double.self)
  }

  /// Encodes a number or `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
  }
}
