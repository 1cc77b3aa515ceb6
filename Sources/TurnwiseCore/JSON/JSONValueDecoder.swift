internal import Foundation

/// Decodes a type from a JSON value without writing it as text.
///
/// It accepts the same values as Foundation's decoder and returns the same results. Its errors have few
/// details, because ``JSONValue/decode(_:blobs:)`` uses Foundation's decoder on failure.
struct JSONValueDecoder: Decoder {
  /// How values are read.
  struct Options {
    /// Provides the bytes of blobs.
    var blobs: BlobStore?
    /// Whether a date is a string, as in the arguments of tools, instead of a number of seconds.
    var readsDatesAsText = false

    /// The options for the arguments of tools.
    static var arguments: Options { Options(blobs: nil, readsDatesAsText: true) }
  }

  let value: JSONValue
  let options: Options
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] {
    options.blobs.map { [BlobStore.userInfoKey: $0] } ?? [:]
  }

  init(_ value: JSONValue, _ options: Options) {
    // JSON cannot represent such a number, so it is `null`.
    if case .number(let number) = value, !number.isFinite {
      self.value = .null
    } else {
      self.value = value
    }
    self.options = options
  }

  /// Decodes the value as a type.
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    if type == JSONValue.self, let value = value.asRead as? T { return value }
    // Foundation's decoder treats these types specially.
    let isShaped = type == Data.self || type == URL.self || type == Decimal.self
    if isShaped { return try detour(type) }
    if options.readsDatesAsText, type == Date.self {
      guard case .string(let text) = value, let date = Date(argument: text) as? T else {
        throw Self.mismatch(type)
      }
      return date
    }
    return try T(from: self)
  }

  /// Decodes the value by writing it as text for Foundation's decoder.
  private func detour<T: Decodable>(_ type: T.Type) throws -> T {
    try JSON.decode(type, from: JSON.encode(value))
  }

  func decode(_ type: String.Type) throws -> String {
    guard case .string(let string) = value else { throw Self.mismatch(type) }
    return string
  }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let bool) = value else { throw Self.mismatch(type) }
    return bool
  }

  func decode(_ type: Double.Type) throws -> Double {
    switch value {
    case .integer(let integer): return Double(integer)
    case .unsigned(let integer): return Double(integer)
    case .number(let number): return number
    default: throw Self.mismatch(type)
    }
  }

  func decode(_ type: Float.Type) throws -> Float {
    switch value {
    case .integer(let integer): return Float(integer)
    case .unsigned(let integer): return Float(integer)
    case .number(let number):
      let float = Float(number)
      // Halfway between two floats, the decimal digits decide, because the double is already rounded.
      let isHalfway = number.significandBitPattern & 0x1FFF_FFFF == 0x1000_0000
      return float.isNormal && !isHalfway ? float : try detour(type)
    default: throw Self.mismatch(type)
    }
  }

  func decode<I: Decodable & FixedWidthInteger>(_ type: I.Type) throws -> I {
    let integer: I?
    switch value {
    case .integer(let value): integer = I(exactly: value)
    case .unsigned(let value): integer = I(exactly: value)
    // Larger numbers are not written with all of their digits.
    case .number(let value):
      integer = value.magnitude < 0x1p53 ? I(exactly: value) : try detour(type)
    default: integer = nil
    }
    guard let integer else { throw Self.mismatch(type) }
    return integer
  }

  static func mismatch(_ type: Any.Type) -> DecodingError {
    .typeMismatch(type, .init(codingPath: [], debugDescription: "is something else"))
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .object(let members) = value else { throw Self.mismatch([String: JSONValue].self) }
    return KeyedDecodingContainer(JSONObjectReader(members: members, options: options))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .array(let items) = value else { throw Self.mismatch([JSONValue].self) }
    return JSONArrayReader(items: items, options: options)
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { JSONReader(decoder: self) }
}

private struct JSONReader: SingleValueDecodingContainer {
  let decoder: JSONValueDecoder
  var codingPath: [any CodingKey] { [] }
  func decodeNil() -> Bool { decoder.value == .null }
  func decode(_ type: String.Type) throws -> String { try decoder.decode(type) }
  func decode(_ type: Bool.Type) throws -> Bool { try decoder.decode(type) }
  func decode(_ type: Double.Type) throws -> Double { try decoder.decode(type) }
  func decode(_ type: Float.Type) throws -> Float { try decoder.decode(type) }
  func decode<I: Decodable & FixedWidthInteger>(_ type: I.Type) throws -> I {
    try decoder.decode(type)
  }
  func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}

private struct JSONObjectReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let members: [String: JSONValue]
  let options: JSONValueDecoder.Options
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

  private func member(_ key: Key) throws -> JSONValueDecoder {
    guard let value = members[key.stringValue] else {
      throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "is missing"))
    }
    return JSONValueDecoder(value, options)
  }
  func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
  func decodeNil(forKey key: Key) throws -> Bool { try member(key).value == .null }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try member(key).decode(type)
  }
  // The most frequent types are decoded directly, without a container for a single value.
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).decode(type) }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try member(key).decode(type)
  }
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).decode(type) }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try member(key).decode(type)
  }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<N>
  { try member(key).container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }
  func superDecoder() throws -> any Decoder {
    JSONValueDecoder(members["super"] ?? .null, options)
  }
  func superDecoder(forKey key: Key) throws -> any Decoder {
    JSONValueDecoder(members[key.stringValue] ?? .null, options)
  }
}

private struct JSONArrayReader: UnkeyedDecodingContainer {
  let items: [JSONValue]
  let options: JSONValueDecoder.Options
  var currentIndex = 0
  var codingPath: [any CodingKey] { [] }
  var count: Int? { items.count }
  var isAtEnd: Bool { currentIndex >= items.count }

  /// Reads the current item and advances to the next one if that succeeds.
  private mutating func next<T>(_ read: (JSONValueDecoder) throws -> T) throws -> T {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        T.self, .init(codingPath: [], debugDescription: "is missing"))
    }
    let result = try read(JSONValueDecoder(items[currentIndex], options))
    currentIndex += 1
    return result
  }
  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd else { return try next { _ in true } }
    let isNull = JSONValueDecoder(items[currentIndex], options).value == .null
    if isNull { currentIndex += 1 }
    return isNull
  }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try next { try $0.decode(type) }
  }
  mutating func nestedContainer<N: CodingKey>(keyedBy type: N.Type) throws
    -> KeyedDecodingContainer<N>
  { try next { try $0.container(keyedBy: type) } }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next { try $0.unkeyedContainer() }
  }
  mutating func superDecoder() throws -> any Decoder { try next { $0 } }
}
