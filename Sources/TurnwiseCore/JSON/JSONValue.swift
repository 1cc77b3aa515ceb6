/// Any JSON value, with exact integers of up to 64 bits.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// An integer that fits an `Int`.
  case integer(Int)
  /// An integer above `Int.max`; smaller ones are `integer`.
  case unsigned(UInt64)
  /// A number that is not an integer.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// The member of an object with a key; nil if there is none or the value is not an object.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// Converts an encodable value; `blobs` receives the bytes of its blobs.
  ///
  /// Equal values give equal JSON: unlike `JSONEncoder`, this sorts sets, and dictionaries whose keys
  /// cannot be the keys of an object.
  ///
  /// - Throws: An `EncodingError` with the path of a number that JSON cannot represent: one that is not
  ///   finite, or an integer of more than 64 bits.
  public init(encoding value: some Encodable, blobs: BlobStore? = nil) throws {
    self = try CanonicalEncoder.json(of: value, blobs: blobs)
  }

  /// True if a cheap upper bound of the value's size as JSON is at most `limit` bytes.
  func surelyFits(_ limit: Int) -> Bool {
    var left = limit
    spend(&left)
    return left >= 0
  }

  /// Subtracts an upper bound of the value's size as JSON in bytes, until `left` is negative.
  private func spend(_ left: inout Int) {
    guard left >= 0 else { return }
    switch self {
    case .null, .bool: left -= 5
    // A minus sign and 20 digits; a number also has a point and an exponent.
    case .integer, .unsigned, .number: left -= 32
    // A byte can become `\u0000`.
    case .string(let string): left -= 2 + 6 * string.utf8.count
    case .array(let items):
      left -= 2 + items.count
      for item in items { item.spend(&left) }
    case .object(let members):
      left -= 2
      for (key, value) in members {
        left -= 4 + 6 * key.utf8.count
        value.spend(&left)
      }
    }
  }

  /// Decodes a type from the value; a blob store provides the bytes of blobs.
  ///
  /// - Throws: A `DecodingError` if the value cannot be decoded as the type.
  public func decode<T: Decodable>(_ type: T.Type, blobs: BlobStore? = nil) throws -> T {
    do { return try decodeBriefly(type, blobs: blobs) } catch {}
    do {
      // On failure, Foundation's decoder is used, because its errors explain what is wrong.
      return try JSON.decode(type, from: JSON.encode(self), blobs: blobs)
    } catch DecodingError.dataCorrupted(let context)
      where context.debugDescription == "The given data was not valid JSON."
    {
      // Foundation reports numbers out of range so, although this is valid JSON.
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: context.codingPath,
          debugDescription: "a number is too large, or not whole where it must be",
          underlyingError: context.underlyingError))
    }
  }

  /// Decodes a type from the value like ``decode(_:blobs:)``, in time proportional to the value even on
  /// failure; the error then has few details.
  package func decodeBriefly<T: Decodable>(_ type: T.Type, blobs: BlobStore? = nil) throws -> T {
    try JSONValueDecoder(self, .init(blobs: blobs)).decode(type)
  }
}

extension JSONValue: Codable {
  /// Decodes any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self), value != 0 || Self.isPlus(container) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self), value > Int.max {
      self = .unsigned(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Whether a zero has no minus sign, which an integer would lose.
  private static func isPlus(_ container: any SingleValueDecodingContainer) -> Bool {
    (try? container.decode(Double.self))?.sign != .minus
  }

  /// Encodes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .number(let value): try container.encode(FiniteNumber(value))
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}
