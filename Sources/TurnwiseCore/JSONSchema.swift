/// Derives a JSON Schema by decoding a type from nothing and watching what it asks for.
enum JSONSchema {
  /// Returns the schema of a type's synthesised `init(from:)`.
  ///
  /// A type that answers dummies with an error (an enumeration without `CaseIterable`, `URL`) is a
  /// programmer's mistake: it traps here rather than leaving a hole in what the agent is told.
  static func describing<T: Decodable>(_ type: T.Type, help: [String: String] = [:]) -> JSONValue {
    let probe = Probe(help: help, pending: [ObjectIdentifier(type)])
    do {
      _ = try type.init(from: probe)
    } catch {
      preconditionFailure(
        """
        No schema can be derived from \(T.self): make its enumerations CaseIterable, and give it \
        neither a type that contains itself nor a decoder of its own.
        """)
    }
    let unknown = Set(help.keys).subtracting(probe.properties.keys)
    precondition(unknown.isEmpty, "\(T.self) has no arguments \(unknown.sorted()) to help with.")
    return probe.schema
  }

  /// A scalar, an enumeration, or whatever a nested probe finds.
  fileprivate static func fragment<T: Decodable>(
    _ type: T.Type, pending: Set<ObjectIdentifier>
  ) -> (schema: JSONValue, sample: T?) {
    if let enumeration = type as? any CaseIterable.Type {
      let (names, first) = cases(of: enumeration)
      if !names.isEmpty { return (["type": "string", "enum": .array(names)], first as? T) }
    }
    switch type {
    case is Bool.Type: return (["type": "boolean"], false as? T)
    case is String.Type: return (["type": "string"], "" as? T)
    case is Text.Type: return (["type": "string"], Text("") as? T)
    case is JSONValue.Type: return ([:], JSONValue.null as? T)
    case is Int.Type: return (["type": "integer"], 0 as? T)
    case is Double.Type: return (["type": "number"], 0.0 as? T)
    case is Float.Type: return (["type": "number"], Float(0) as? T)
    default:
      guard !pending.contains(ObjectIdentifier(type)) else { return ([:], nil) }
      let probe = Probe(help: [:], pending: pending.union([ObjectIdentifier(type)]))
      let sample = try? type.init(from: probe)
      return (probe.schema, sample)
    }
  }

  private static func cases<C: CaseIterable>(of type: C.Type) -> (names: [JSONValue], first: Any?) {
    let names = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
    return (names.map(JSONValue.string), type.allCases.first)
  }
}

private final class Probe: Decoder {
  let help: [String: String]
  let pending: Set<ObjectIdentifier>
  var properties: [String: JSONValue] = [:]
  var required: [String] = []
  var items: JSONValue?
  var scalar: JSONValue?
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(help: [String: String], pending: Set<ObjectIdentifier>) {
    self.help = help
    self.pending = pending
  }

  var schema: JSONValue {
    if let scalar { return scalar }
    if let items { return ["type": "array", "items": items] }
    return [
      "type": "object", "properties": .object(properties),
      "required": .array(required.map(JSONValue.string)), "additionalProperties": false,
    ]
  }

  func note(_ key: any CodingKey, _ schema: JSONValue, isRequired: Bool) {
    var schema = schema
    if let text = help[key.stringValue], case .object(var object) = schema {
      object["description"] = .string(text)
      schema = .object(object)
    }
    properties[key.stringValue] = schema
    if isRequired { required.append(key.stringValue) }
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed(probe: self))
  }
  func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(probe: self) }
  func singleValueContainer() -> any SingleValueDecodingContainer { Single(probe: self) }
}

private struct NotProbed: Error {}

private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { [] }
  func contains(_ key: Key) -> Bool { true }
  func decodeNil(forKey key: Key) -> Bool { false }
  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    let (schema, sample) = JSONSchema.fragment(type, pending: probe.pending)
    probe.note(key, schema, isRequired: true)
    guard let sample else { throw NotProbed() }
    return sample
  }
  func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) -> T? {
    probe.note(key, JSONSchema.fragment(type, pending: probe.pending).schema, isRequired: false)
    return nil
  }
  // `decodeIfPresent` has one overload for each scalar; synthesized code prefers those.
  func decodeIfPresent(_ type: Bool.Type, forKey key: Key) -> Bool? { optional(type, key) }
  func decodeIfPresent(_ type: String.Type, forKey key: Key) -> String? { optional(type, key) }
  func decodeIfPresent(_ type: Int.Type, forKey key: Key) -> Int? { optional(type, key) }
  func decodeIfPresent(_ type: Double.Type, forKey key: Key) -> Double? { optional(type, key) }
  func decodeIfPresent(_ type: Float.Type, forKey key: Key) -> Float? { optional(type, key) }
  private func optional<T: Decodable>(_ type: T.Type, _ key: Key) -> T? {
    probe.note(key, JSONSchema.fragment(type, pending: probe.pending).schema, isRequired: false)
    return nil
  }
  func nestedContainer<N: CodingKey>(keyedBy type: N.Type, forKey key: Key) throws
    -> KeyedDecodingContainer<N>
  { throw NotProbed() }
  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw NotProbed()
  }
  func superDecoder() throws -> any Decoder { throw NotProbed() }
  func superDecoder(forKey key: Key) throws -> any Decoder { throw NotProbed() }
}

private struct Unkeyed: UnkeyedDecodingContainer {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  var count: Int? { 1 }
  var currentIndex = 0
  var isAtEnd: Bool { currentIndex > 0 }
  mutating func decodeNil() -> Bool { false }
  mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
    currentIndex += 1
    let (schema, sample) = JSONSchema.fragment(type, pending: probe.pending)
    probe.items = schema
    guard let sample else { throw NotProbed() }
    return sample
  }
  mutating func nestedContainer<N: CodingKey>(keyedBy type: N.Type) throws
    -> KeyedDecodingContainer<N>
  { throw NotProbed() }
  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    throw NotProbed()
  }
  mutating func superDecoder() throws -> any Decoder { throw NotProbed() }
}

private struct Single: SingleValueDecodingContainer {
  let probe: Probe
  var codingPath: [any CodingKey] { [] }
  func decodeNil() -> Bool { false }
  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let (schema, sample) = JSONSchema.fragment(type, pending: probe.pending)
    probe.scalar = schema
    guard let sample else { throw NotProbed() }
    return sample
  }
}
