internal import Foundation

/// Encodes a value as bytes that are equal for equal values, in every process.
///
/// Keys are sorted, `Set`s and dictionaries are sorted by the bytes of their elements, integers are
/// exact, floating-point numbers are their bit patterns. `JSONEncoder` promises none of this: it
/// orders a `Set` and a dictionary with other than string keys anew in each process.
public enum CanonicalEncoder {
  /// Returns the canonical bytes of `value`.
  ///
  /// - Throws: What the value's own `encode(to:)` throws.
  public static func bytes(of value: some Encodable) throws -> [UInt8] {
    try CanonicalNode.encoding(value).bytes
  }

  /// Returns `value` as JSON in which sets and dictionaries have an order of their own.
  ///
  /// - Throws: What the value's own `encode(to:)` throws, and an `EncodingError` for numbers that JSON
  ///   has no word for.
  static func json(of value: some Encodable, blobs: BlobStore?) throws -> JSONValue {
    try CanonicalNode.encoding(value).json(blobs)
  }
}

/// A value as a tree, whose bytes are prefix-free: each node begins with a tag and a length.
private enum CanonicalNode {
  case null
  case bool(Bool)
  case string(String)
  case integer(any FixedWidthInteger)
  case double(Double)
  case float(Float)
  case blob(Blob)
  case list([Slot])
  case keyed([(key: String, slot: Slot)])
  case unordered([Element], isNamed: Bool)

  /// An element of a set or, with its key, of a dictionary.
  struct Element {
    var key: CanonicalNode?
    /// The key in a JSON object, if it can be one.
    var name: String?
    var value: CanonicalNode

    var bytes: [UInt8] {
      key.map { CanonicalNode.framed(9, $0.bytes + value.bytes) } ?? value.bytes
    }
  }

  /// A place in a container that is filled while the value encodes itself.
  final class Slot {
    var node: CanonicalNode = .null
  }

  static func encoding<T: Encodable>(_ value: T) throws -> CanonicalNode {
    if let scalar = try scalar(value) { return scalar }
    if let collection = value as? any UnorderedCollection {
      return .unordered(try collection.canonicalElements(), isNamed: collection.isNamed)
    }
    let encoder = CanonicalSlotEncoder(slot: Slot())
    try value.encode(to: encoder)
    return encoder.slot.node
  }

  private static func scalar<T: Encodable>(_ value: T) throws -> CanonicalNode? {
    switch value {
    case let value as Bool: .bool(value)
    case let value as String: .string(value)
    case let value as Double: .double(value)
    case let value as Float: .float(value)
    case let value as Blob: .blob(value)
    case let value as any FixedWidthInteger: .integer(value)
    // Foundation's decoder expects these in a shape that is not what they encode themselves as.
    case is Data, is URL, is Decimal:
      try encoding(JSON.decode(JSONValue.self, from: JSON.encode(value)))
    default: nil
    }
  }

  private static func words(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
  }

  var bytes: [UInt8] {
    switch self {
    case .null: [0]
    case .bool(let value): Self.framed(1, [value ? 1 : 0])
    case .string(let value): Self.framed(2, Array(value.utf8))
    case .integer(let value): Self.framed(3, Array("\(value)".utf8))
    case .double(let value): Self.framed(4, Self.words(value.bitPattern))
    case .float(let value): Self.framed(5, Self.words(UInt64(value.bitPattern)))
    // A blob is its digest, which is known: a key must not cost a pass over the files.
    case .blob(let blob): Self.framed(10, (0..<4).flatMap { Self.words(blob.digest.words[$0]) })
    case .list(let slots): Self.framed(6, slots.flatMap(\.node.bytes))
    case .unordered(let elements, _):
      Self.framed(7, elements.map(\.bytes).sorted(by: Self.precedes).flatMap { $0 })
    case .keyed(let pairs):
      Self.framed(
        8,
        pairs.sorted { Self.precedes(Array($0.key.utf8), Array($1.key.utf8)) }
          .flatMap { Self.framed(2, Array($0.key.utf8)) + $0.slot.node.bytes })
    }
  }

  func json(_ blobs: BlobStore?) throws -> JSONValue {
    switch self {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .string(let value): return .string(value)
    case .integer(let value):
      if let value = Int(exactly: value) { return .integer(value) }
      guard let value = UInt64(exactly: value) else { throw Self.wordless(value) }
      return .unsigned(value)
    case .double(let value):
      guard value.isFinite else { throw Self.wordless(value) }
      return JSONValue(finite: value)
    case .float(let value):
      guard value.isFinite, let double = Double("\(value)") else { throw Self.wordless(value) }
      return JSONValue(finite: double)
    case .blob(let blob):
      return try JSON.decode(JSONValue.self, from: JSON.encode(blob, blobs: blobs))
    case .list(let slots): return .array(try slots.map { try $0.node.json(blobs) })
    case .keyed(let pairs):
      let members = try pairs.map { ($0.key, try $0.slot.node.json(blobs)) }
      return .object(Dictionary(members, uniquingKeysWith: { $1 }))
    case .unordered(let elements, let isNamed):
      if isNamed {
        let members = try elements.map { ($0.name ?? "", try $0.value.json(blobs)) }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
      }
      let sorted = elements.map { (bytes: $0.bytes, element: $0) }
        .sorted { Self.precedes($0.bytes, $1.bytes) }
      return .array(
        try sorted.flatMap {
          try [$0.element.key, $0.element.value].compactMap { try $0?.json(blobs) }
        })
    }
  }

  private static func wordless(_ value: Any) -> EncodingError {
    .invalidValue(value, .init(codingPath: [], debugDescription: "\(value) has no word in JSON."))
  }

  static func framed(_ tag: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [tag] + words(UInt64(payload.count)) + payload
  }

  private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.lexicographicallyPrecedes(right)
  }
}

/// A collection without an order of its own.
private protocol UnorderedCollection {
  /// Whether it is an object in JSON and not a list.
  var isNamed: Bool { get }
  func canonicalElements() throws -> [CanonicalNode.Element]
}

extension Set: UnorderedCollection where Element: Encodable {
  fileprivate var isNamed: Bool { false }
  fileprivate func canonicalElements() throws -> [CanonicalNode.Element] {
    try map { CanonicalNode.Element(value: try .encoding($0)) }
  }
}

extension Dictionary: UnorderedCollection where Key: Encodable, Value: Encodable {
  fileprivate var isNamed: Bool { Key.self is any CodingKeyRepresentable.Type }
  fileprivate func canonicalElements() throws -> [CanonicalNode.Element] {
    try map { pair in
      CanonicalNode.Element(
        key: try .encoding(pair.key),
        name: (pair.key as? any CodingKeyRepresentable)?.codingKey.stringValue,
        value: try .encoding(pair.value))
    }
  }
}

private struct CanonicalSlotEncoder: Encoder {
  let slot: CanonicalNode.Slot
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    if case .keyed = slot.node {} else { slot.node = .keyed([]) }
    return KeyedEncodingContainer(CanonicalKeyed(slot: slot))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    if case .list = slot.node {} else { slot.node = .list([]) }
    return CanonicalList(slot: slot)
  }
  func singleValueContainer() -> any SingleValueEncodingContainer { CanonicalSingle(slot: slot) }
}

private struct CanonicalSingle: SingleValueEncodingContainer {
  let slot: CanonicalNode.Slot
  var codingPath: [any CodingKey] { [] }
  mutating func encodeNil() { slot.node = .null }
  mutating func encode<T: Encodable>(_ value: T) throws {
    slot.node = try CanonicalNode.encoding(value)
  }
}

private struct CanonicalKeyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: CanonicalNode.Slot
  var codingPath: [any CodingKey] { [] }

  private func place(_ key: some CodingKey) -> CanonicalNode.Slot {
    let child = CanonicalNode.Slot()
    if case .keyed(let pairs) = slot.node {
      slot.node = .keyed(pairs.filter { $0.key != key.stringValue } + [(key.stringValue, child)])
    }
    return child
  }
  mutating func encodeNil(forKey key: Key) { place(key).node = .null }
  mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    let child = place(key)
    child.node = try CanonicalNode.encoding(value)
  }
  mutating func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key)
    -> KeyedEncodingContainer<N>
  { CanonicalSlotEncoder(slot: place(key)).container(keyedBy: type) }
  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    CanonicalSlotEncoder(slot: place(key)).unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { CanonicalSlotEncoder(slot: place(SuperKey())) }
  mutating func superEncoder(forKey key: Key) -> any Encoder {
    CanonicalSlotEncoder(slot: place(key))
  }
}

private struct CanonicalList: UnkeyedEncodingContainer {
  let slot: CanonicalNode.Slot
  var codingPath: [any CodingKey] { [] }
  var count: Int { if case .list(let slots) = slot.node { slots.count } else { 0 } }

  private func place() -> CanonicalNode.Slot {
    let child = CanonicalNode.Slot()
    if case .list(var slots) = slot.node {
      slot.node = .null  // Keeps the array uniquely referenced, so that appending is not quadratic.
      slots.append(child)
      slot.node = .list(slots)
    }
    return child
  }
  mutating func encodeNil() { place().node = .null }
  mutating func encode<T: Encodable>(_ value: T) throws {
    let child = place()
    child.node = try CanonicalNode.encoding(value)
  }
  mutating func nestedContainer<N: CodingKey>(keyedBy type: N.Type) -> KeyedEncodingContainer<N> {
    CanonicalSlotEncoder(slot: place()).container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    CanonicalSlotEncoder(slot: place()).unkeyedContainer()
  }
  mutating func superEncoder() -> any Encoder { CanonicalSlotEncoder(slot: place()) }
}

private struct SuperKey: CodingKey {
  var stringValue: String { "super" }
  var intValue: Int? { nil }
  init() {}
  init?(stringValue: String) { nil }
  init?(intValue: Int) { nil }
}
