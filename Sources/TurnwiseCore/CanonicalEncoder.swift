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
}

/// A tree whose serialisation is prefix-free: each node begins with a tag and a length.
private enum CanonicalNode {
  case null
  case scalar(tag: UInt8, [UInt8])
  case list([Slot])
  case keyed([(key: String, slot: Slot)])
  case unordered([[UInt8]])

  /// A place in a container that is filled while the value encodes itself.
  final class Slot {
    var node: CanonicalNode = .null
  }

  static func encoding<T: Encodable>(_ value: T) throws -> CanonicalNode {
    if let scalar = scalar(value) { return scalar }
    if let collection = value as? any UnorderedCollection {
      return .unordered(try collection.canonicalElements())
    }
    let encoder = CanonicalSlotEncoder(slot: Slot())
    try value.encode(to: encoder)
    return encoder.slot.node
  }

  private static func scalar<T>(_ value: T) -> CanonicalNode? {
    switch value {
    case let value as Bool: .scalar(tag: 1, [value ? 1 : 0])
    case let value as String: .scalar(tag: 2, Array(value.utf8))
    case let value as Double: .scalar(tag: 4, words(value.bitPattern))
    case let value as Float: .scalar(tag: 5, words(UInt64(value.bitPattern)))
    // A blob is its digest, which is known: a key must not cost a pass over the files.
    case let value as Blob: .scalar(tag: 10, (0..<4).flatMap { words(value.digest.words[$0]) })
    case let value as any FixedWidthInteger: .scalar(tag: 3, Array("\(value)".utf8))
    default: nil
    }
  }

  private static func words(_ word: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
  }

  var bytes: [UInt8] {
    switch self {
    case .null: [0]
    case .scalar(let tag, let payload): Self.framed(tag, payload)
    case .list(let slots): Self.framed(6, slots.flatMap(\.node.bytes))
    case .unordered(let elements): Self.framed(7, elements.sorted(by: Self.precedes).flatMap { $0 })
    case .keyed(let pairs):
      Self.framed(
        8,
        pairs.sorted { Self.precedes(Array($0.key.utf8), Array($1.key.utf8)) }
          .flatMap { Self.framed(2, Array($0.key.utf8)) + $0.slot.node.bytes })
    }
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
  func canonicalElements() throws -> [[UInt8]]
}

extension Set: UnorderedCollection where Element: Encodable {
  fileprivate func canonicalElements() throws -> [[UInt8]] {
    try map { try CanonicalNode.encoding($0).bytes }
  }
}

extension Dictionary: UnorderedCollection where Key: Encodable, Value: Encodable {
  fileprivate func canonicalElements() throws -> [[UInt8]] {
    try map { pair in
      CanonicalNode.framed(
        9,
        try CanonicalNode.encoding(pair.key).bytes + CanonicalNode.encoding(pair.value).bytes)
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
