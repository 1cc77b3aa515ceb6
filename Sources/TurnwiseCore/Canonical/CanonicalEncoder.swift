/// Encodes a value as bytes that are equal for equal values, in every process.
///
/// Keys are sorted, the elements of sets and dictionaries are sorted by their bytes, integers are exact, and
/// floating-point numbers are encoded as their bit patterns. `JSONEncoder` guarantees none of this: it writes
/// sets, and dictionaries with other keys than strings, in an order that differs between processes.
public enum CanonicalEncoder {
  /// Returns the canonical bytes of `value`.
  ///
  /// - Throws: What the value's own `encode(to:)` throws.
  public static func bytes(of value: some Encodable) throws -> [UInt8] {
    try CanonicalNode(encoding: value).bytes
  }

  /// Returns `value` as JSON in which sets and dictionaries have a fixed order.
  ///
  /// - Throws: The errors of the value's own `encode(to:)`, and an `EncodingError` for numbers that JSON
  ///   cannot represent.
  static func json(of value: some Encodable, blobs: BlobStore?) throws -> JSONValue {
    try CanonicalNode(encoding: value).json(blobs)
  }
}

/// Collects what a value encodes: one node, or the members of one container.
final class CanonicalFrame: Encoder {
  /// The container that the value has asked for.
  enum Shape { case single, list, keyed }

  /// A member of a container; the key is empty in a list.
  struct Member {
    var key: String
    var node: CanonicalNode
  }

  fileprivate(set) var shape: Shape
  fileprivate(set) var single: CanonicalNode = .null
  private(set) var members: [Member] = []
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ shape: Shape = .single) { self.shape = shape }

  /// Adds a member to a list.
  fileprivate func append(_ node: CanonicalNode) { members.append(Member(key: "", node: node)) }

  /// Sets a member of a keyed container; replaces an earlier one with the same key.
  fileprivate func set(_ key: String, _ node: CanonicalNode) {
    if let earlier = members.firstIndex(where: { $0.key == key }) { members.remove(at: earlier) }
    members.append(Member(key: key, node: node))
  }

  /// Sorts the members of a keyed container by the bytes of their keys.
  func sortMembers() {
    members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  /// Adds a nested frame as a member, to be filled later.
  fileprivate func nested(_ shape: Shape, as key: String? = nil) -> CanonicalFrame {
    let frame = CanonicalFrame(shape)
    if let key { set(key, .frame(frame)) } else { append(.frame(frame)) }
    return frame
  }

  private func open(_ shape: Shape) -> CanonicalFrame {
    if self.shape != shape {
      (self.shape, members) = (shape, [])
      members.reserveCapacity(8)
    }
    return self
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(CanonicalKeyed(frame: open(.keyed)))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { CanonicalList(frame: open(.list)) }
  func singleValueContainer() -> any SingleValueEncodingContainer { CanonicalSingle(frame: self) }
}

private struct CanonicalSingle: SingleValueEncodingContainer {
  let frame: CanonicalFrame
  var codingPath: [any CodingKey] { [] }

  private func set(_ node: CanonicalNode) { (frame.shape, frame.single) = (.single, node) }
  func encodeNil() { set(.null) }
  func encode<T: Encodable>(_ value: T) throws { set(try CanonicalNode(encoding: value)) }
  func encode<I: Encodable & FixedWidthInteger>(_ value: I) { set(CanonicalNode(integer: value)) }
}

private struct CanonicalKeyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let frame: CanonicalFrame
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { frame.set(key.stringValue, .null) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    frame.set(key.stringValue, try CanonicalNode(encoding: value))
  }
  // The most frequent types of states, so that the compiler chooses the node statically.
  func encode(_ value: Int, forKey key: Key) { frame.set(key.stringValue, .integer(value)) }
  func encode(_ value: String, forKey key: Key) { frame.set(key.stringValue, .string(value)) }
  func encode(_ value: Bool, forKey key: Key) { frame.set(key.stringValue, .bool(value)) }
  func encode(_ value: Double, forKey key: Key) { frame.set(key.stringValue, .double(value)) }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key)
    -> KeyedEncodingContainer<N>
  { KeyedEncodingContainer(CanonicalKeyed<N>(frame: frame.nested(.keyed, as: key.stringValue))) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    CanonicalList(frame: frame.nested(.list, as: key.stringValue))
  }
  func superEncoder() -> any Encoder { frame.nested(.single, as: "super") }
  func superEncoder(forKey key: Key) -> any Encoder { frame.nested(.single, as: key.stringValue) }
}

private struct CanonicalList: UnkeyedEncodingContainer {
  let frame: CanonicalFrame
  var codingPath: [any CodingKey] { [] }
  var count: Int { frame.members.count }

  func encodeNil() { frame.append(.null) }
  func encode<T: Encodable>(_ value: T) throws { frame.append(try CanonicalNode(encoding: value)) }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type) -> KeyedEncodingContainer<N> {
    KeyedEncodingContainer(CanonicalKeyed<N>(frame: frame.nested(.keyed)))
  }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    CanonicalList(frame: frame.nested(.list))
  }
  func superEncoder() -> any Encoder { frame.nested(.single) }
}
