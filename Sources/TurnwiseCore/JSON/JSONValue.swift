public import Foundation

/// Any JSON value, with integers that stay exact.
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// An integer that fits an `Int`.
  case integer(Int)
  /// An integer that no `Int` can hold; smaller ones are `integer`.
  case unsigned(UInt64)
  /// A number that is not an integer.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// The member of an object.
  public subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// Converts an encodable value; `blobs` receives the bytes of its blobs.
  ///
  /// Equal values give equal JSON: unlike `JSONEncoder`, it orders sets, and dictionaries whose keys
  /// cannot be those of an object.
  ///
  /// - Throws: An `EncodingError` if the value cannot be written as JSON, with the path of what cannot
  ///   (`EncodingError.plainDescription`): a number that is not finite, an integer of more than 64 bits.
  public init(encoding value: some Encodable, blobs: BlobStore? = nil) throws {
    self = try CanonicalEncoder.json(of: value, blobs: blobs)
  }

  /// Whether the value, written as JSON, can be told to have no more than `limit` bytes at a glance.
  func surelyFits(_ limit: Int) -> Bool {
    var left = limit
    spend(&left)
    return left >= 0
  }

  /// Subtracts the most bytes that the value can have as JSON, until nothing is left.
  private func spend(_ left: inout Int) {
    guard left >= 0 else { return }
    switch self {
    case .null, .bool: left -= 5
    // A minus and 20 digits; a number has a point and an exponent, too.
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

  /// Where in the value a number is not finite, if one is.
  var pathOfInfinity: [String]? {
    switch self {
    case .number(let number): return number.isFinite ? nil : []
    case .array(let items):
      for (index, item) in items.enumerated() {
        if let path = item.pathOfInfinity { return ["\(index)"] + path }
      }
    case .object(let members):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        if let path = member.pathOfInfinity { return [name] + path }
      }
    default: break
    }
    return nil
  }

  /// The value that its JSON is read back as: `null` for numbers that are not finite, integers for those
  /// that are whole.
  var asRead: JSONValue {
    switch self {
    case .number: (try? JSONValue(from: JSONValueDecoder(self, .init()))) ?? .null
    case .array(let items): .array(items.map(\.asRead))
    case .object(let members): .object(members.mapValues(\.asRead))
    default: self
    }
  }

  /// A finite number, as it is read back: an integer if it is one.
  init(finite number: Double) {
    if number == 0, number.sign == .minus {
      self = .number(number)
    } else if let integer = Int(exactly: number) {
      self = .integer(integer)
    } else if let integer = UInt64(exactly: number) {
      self = .unsigned(integer)
    } else {
      self = .number(number)
    }
  }

  /// Converts the value to a type; a blob store provides the bytes of blobs.
  ///
  /// - Throws: A `DecodingError` if the value does not fit the type.
  public func decode<T: Decodable>(_ type: T.Type, blobs: BlobStore? = nil) throws -> T {
    do { return try decodeBriefly(type, blobs: blobs) } catch {}
    do {
      // What does not fit goes the long way, for the words in which Foundation says why.
      return try JSON.decode(type, from: JSON.encode(self), blobs: blobs)
    } catch DecodingError.dataCorrupted(let context)
      where context.debugDescription == "The given data was not valid JSON."
    {
      // Foundation says so of numbers that do not fit; that this is JSON is known.
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: context.codingPath,
          debugDescription: "a number is too large, or not whole where it must be",
          underlyingError: context.underlyingError))
    }
  }
}

extension JSONValue {
  /// Converts the value to a type as ``decode(_:blobs:)`` does, in time proportional to the value also
  /// where it does not fit: the error then says little.
  package func decodeBriefly<T: Decodable>(_ type: T.Type, blobs: BlobStore? = nil) throws -> T {
    try JSONValueDecoder(self, .init(blobs: blobs)).decode(type)
  }
}

/// JSON as Turnwise writes it: one spelling for one value, so that equal runs give equal files.
public enum JSON {
  /// Encodes with sorted keys on one line.
  ///
  /// - Throws: An `EncodingError`, also for numbers that are not finite (see ``FiniteNumber``).
  public static func encode(
    _ value: some Encodable, pretty: Bool = false, blobs: BlobStore? = nil
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
    if let blobs { encoder.userInfo[BlobStore.userInfoKey] = blobs }
    return try encoder.encode(value)
  }

  /// Decodes a value.
  ///
  /// - Throws: A `DecodingError`; of text with half of a surrogate pair it names the escape and its place.
  public static func decode<T: Decodable>(
    _ type: T.Type, from data: Data, blobs: BlobStore? = nil
  ) throws -> T {
    let decoder = JSONDecoder()
    if let blobs { decoder.userInfo[BlobStore.userInfoKey] = blobs }
    do {
      return try decoder.decode(type, from: data)
    } catch {
      guard let half = SurrogateHalf(in: data) else { throw error }
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: half.description, underlyingError: error))
    }
  }
}

/// A number that is written as `null` where it is not finite, since JSON has no word for that.
public struct FiniteNumber: Codable, Hashable, Sendable, ExpressibleByFloatLiteral {
  /// The number; not a number if `null` was read.
  public var value: Double

  /// Wraps a number.
  public init(_ value: Double) { self.value = value }

  /// Wraps a literal.
  public init(floatLiteral value: Double) { self.value = value }

  /// Reads a number or `null`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = container.decodeNil() ? .nan : try container.decode(Double.self)
  }

  /// Writes a number or `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if value.isFinite { try container.encode(value) } else { try container.encodeNil() }
  }
}

extension JSONValue: Codable {
  /// Reads any JSON value.
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

  /// Whether a zero has no minus, which an integer would lose.
  private static func isPlus(_ container: any SingleValueDecodingContainer) -> Bool {
    (try? container.decode(Double.self))?.sign != .minus
  }

  /// Writes the value.
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

// Literals wrap themselves; these wrap what variables hold: `["code": .init(state.code)]`.
extension JSONValue {
  /// Wraps a string.
  public init(_ string: String) { self = .string(string) }
  /// Wraps an integer.
  public init(_ integer: Int) { self = .integer(integer) }
  /// Wraps a number.
  public init(_ number: Double) { self = .number(number) }
  /// Wraps a truth value.
  public init(_ bool: Bool) { self = .bool(bool) }
  /// Wraps a text: a string where it is UTF-8.
  public init(_ text: Text) {
    self = text.validString.map(JSONValue.string) ?? (try? JSONValue(encoding: text)) ?? .null
  }
  /// Wraps the raw value of an enumeration.
  public init<T: RawRepresentable>(_ value: T) where T.RawValue == String {
    self = .string(value.rawValue)
  }
  /// Wraps the raw value of an enumeration.
  public init<T: RawRepresentable>(_ value: T) where T.RawValue == Int {
    self = .integer(value.rawValue)
  }
  /// Wraps a list.
  public init(_ items: [JSONValue]) { self = .array(items) }
  /// Wraps a list of strings.
  public init(_ strings: [String]) { self = .array(strings.map(JSONValue.string)) }
  /// Wraps a list of integers.
  public init(_ integers: [Int]) { self = .array(integers.map(JSONValue.integer)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  /// Wraps a string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Wraps an integer.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// Wraps a number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// Wraps a truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Wraps a list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Wraps an object; of equal keys the last one wins.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
  }
}
