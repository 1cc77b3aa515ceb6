/// A decoder without data that records what it is asked for.
final class SchemaProbe: Decoder {
  fileprivate enum Found {
    case shape(ArgumentShape)
    /// A container that is still being read.
    case container(SchemaProbe)

    var shape: ArgumentShape {
      switch self {
      case .shape(let shape): shape
      case .container(let probe): probe.shape
      }
    }
  }

  fileprivate let deriver: ShapeDeriver
  /// Whether the type asked for all keys.
  private(set) var asksForKeys = false
  private var properties: [String: Found] = [:]
  private var order: [String] = []
  private var required: Set<String> = []
  /// The keys whose presence the type checks before it reads them.
  private var lookedFor: Set<String> = []
  private var items: [Found]?
  /// Whether the type reads a list to its end.
  private var asksForEnd = false
  private var single: ArgumentShape?
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(_ deriver: ShapeDeriver) { self.deriver = deriver }

  /// The shape of what was asked for.
  var shape: ArgumentShape {
    if let single { return single }
    guard let items else {
      return .object(
        .init(properties: properties.mapValues(\.shape), order: order, required: required))
    }
    let shapes = items.map(\.shape)
    if asksForEnd, Set(shapes).count == 1 { return .list(shapes[0]) }
    return .tuple(shapes)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed(probe: self))
  }
  func unkeyedContainer() -> any UnkeyedDecodingContainer {
    items = items ?? []
    return Unkeyed(probe: self)
  }
  func singleValueContainer() -> any SingleValueDecodingContainer { Single(probe: self) }

  fileprivate func read<T: Decodable>(_ type: T.Type, _ note: (Found) -> Void) throws -> T {
    let (shape, sample) = deriver.derive(type)
    note(.shape(shape))
    guard let sample else {
      throw Unread(
        description: "\(type) contains itself without an optional or a list between")
    }
    return sample
  }

  fileprivate func nested(_ note: (Found) -> Void) -> SchemaProbe {
    let probe = SchemaProbe(deriver)
    note(.container(probe))
    return probe
  }

  fileprivate func note(_ key: any CodingKey, _ found: Found, isRequired: Bool = true) {
    let name = key.stringValue
    if properties.updateValue(found, forKey: name) == nil { order.append(name) }
    if isRequired, !lookedFor.contains(name) { required.insert(name) }
  }

  fileprivate func lookFor(_ key: any CodingKey) { lookedFor.insert(key.stringValue) }
  fileprivate func askForKeys() { asksForKeys = true }
  fileprivate func append(_ found: Found) { items?.append(found) }
  fileprivate func askForEnd() { asksForEnd = true }
  fileprivate func note(single: ArgumentShape) { if self.single == nil { self.single = single } }
}

/// The error of a value for which there is no placeholder.
private struct Unread: Error, CustomStringConvertible {
  var description: String
}

private struct SuperKey: CodingKey {
  var stringValue: String { "super" }
  var intValue: Int? { nil }
  init() {}
  init?(stringValue: String) { nil }
  init?(intValue: Int) { nil }
}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let probe: SchemaProbe
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] {
    probe.askForKeys()
    return []
  }

  func contains(_ key: Key) -> Bool {
    probe.lookFor(key)
    return true
  }
  func decodeNil(forKey key: Key) -> Bool {
    probe.lookFor(key)
    return false
  }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    try probe.read(type) { probe.note(key, $0) }
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) -> T? {
    probe.note(key, .shape(probe.deriver.derive(type).shape), isRequired: false)
    return nil
  }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key)
    -> KeyedDecodingContainer<N>
  { probe.nested { probe.note(key, $0) }.container(keyedBy: type) }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer {
    probe.nested { probe.note(key, $0) }.unkeyedContainer()
  }
  func superDecoder() -> any Decoder { probe.nested { probe.note(SuperKey(), $0) } }
  func superDecoder(forKey key: Key) -> any Decoder { probe.nested { probe.note(key, $0) } }
}

private struct Unkeyed: UnkeyedDecodingContainer {
  let probe: SchemaProbe
  var codingPath: [any CodingKey] { [] }
  var count: Int? {
    probe.askForEnd()
    return 1
  }
  var currentIndex = 0
  var isAtEnd: Bool {
    probe.askForEnd()
    return currentIndex > 0
  }

  init(probe: SchemaProbe) { self.probe = probe }

  mutating func decodeNil() -> Bool { false }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    currentIndex += 1
    return try probe.read(type) { probe.append($0) }
  }
  private mutating func nested() -> SchemaProbe {
    currentIndex += 1
    return probe.nested { probe.append($0) }
  }
  mutating func nestedContainer<N: CodingKey>(keyedBy type: N.Type) -> KeyedDecodingContainer<N> {
    nested().container(keyedBy: type)
  }
  mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
    nested().unkeyedContainer()
  }
  mutating func superDecoder() -> any Decoder { nested() }
}

private struct Single: SingleValueDecodingContainer {
  let probe: SchemaProbe
  var codingPath: [any CodingKey] { [] }
  func decodeNil() -> Bool { false }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    try probe.read(type) { probe.note(single: $0.shape) }
  }
}
