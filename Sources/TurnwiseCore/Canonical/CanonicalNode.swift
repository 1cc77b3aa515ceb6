internal import Foundation

/// An encoded value as a tree.
///
/// The bytes are prefix-free: each node begins with a tag and a length.
enum CanonicalNode {
  case null
  case bool(Bool)
  case string(String)
  case integer(Int)
  /// An integer outside the range of `Int`.
  indirect case large(any FixedWidthInteger)
  case double(Double)
  case float(Float)
  indirect case blob(Blob)
  /// What a value has encoded; it may still be incomplete.
  case frame(CanonicalFrame)
  case unordered([Element], isNamed: Bool)

  /// An element of a set, or of a dictionary if it has a key.
  struct Element {
    var key: CanonicalNode?
    /// The key as that of a JSON object, if it can be one.
    var name: String?
    var value: CanonicalNode

    var bytes: [UInt8] {
      var bytes: [UInt8] = []
      guard let key else {
        value.append(to: &bytes)
        return bytes
      }
      bytes.appendFrame(9) {
        key.append(to: &$0)
        value.append(to: &$0)
      }
      return bytes
    }
  }

  /// Encodes a value.
  init<T: Encodable>(encoding value: T) throws {
    // Types are compared first, because casts that fail are slow.
    if T.self == Int.self, let value = value as? Int {
      self = .integer(value)
    } else if T.self == String.self, let value = value as? String {
      self = .string(value)
    } else if T.self == Bool.self, let value = value as? Bool {
      self = .bool(value)
    } else if T.self == Double.self, let value = value as? Double {
      self = .double(value)
    } else if T.self == Float.self, let value = value as? Float {
      self = .float(value)
    } else if T.self == Blob.self, let value = value as? Blob {
      self = .blob(value)
    } else if T.self == Data.self || T.self == URL.self || T.self == Decimal.self {
      // Foundation's coders do not use these types' own `encode(to:)`.
      try self.init(encoding: JSON.decode(JSONValue.self, from: JSON.encode(value)))
    } else if let value = value as? any UnorderedCollection {
      self = .unordered(try value.canonicalElements(), isNamed: value.isNamed)
    } else {
      let frame = CanonicalFrame()
      try value.encode(to: frame)
      self = frame.shape == .single ? frame.single : .frame(frame)
    }
  }

  /// Wraps an integer of any width.
  init(integer value: some FixedWidthInteger) {
    self = Int(exactly: value).map(CanonicalNode.integer) ?? .large(value)
  }
}

// MARK: - Bytes

extension CanonicalNode {
  /// The canonical bytes.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    append(to: &bytes)
    return bytes
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(0)
    case .bool(let value): bytes.appendFrame(1) { $0.append(value ? 1 : 0) }
    case .string(let value): bytes.appendFrame(2) { $0.append(contentsOf: value.utf8) }
    case .integer(let value): bytes.appendFrame(3) { $0.append(contentsOf: "\(value)".utf8) }
    case .large(let value): bytes.appendFrame(3) { $0.append(contentsOf: "\(value)".utf8) }
    case .double(let value): bytes.appendFrame(4) { $0.append(word: value.bitPattern) }
    case .float(let value): bytes.appendFrame(5) { $0.append(word: UInt64(value.bitPattern)) }
    // The digest of a blob is known, so that a key does not require reading the files again.
    case .blob(let blob):
      bytes.appendFrame(10) { for index in 0..<4 { $0.append(word: blob.digest.words[index]) } }
    case .unordered(let elements, _):
      let sorted = elements.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
      bytes.appendFrame(7) { for element in sorted { $0.append(contentsOf: element) } }
    case .frame(let frame):
      switch frame.shape {
      case .single: frame.single.append(to: &bytes)
      case .list:
        bytes.appendFrame(6) { for member in frame.members { member.node.append(to: &$0) } }
      case .keyed:
        frame.sortMembers()
        bytes.appendFrame(8) {
          for member in frame.members {
            CanonicalNode.string(member.key).append(to: &$0)
            member.node.append(to: &$0)
          }
        }
      }
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(word: UInt64) {
    Swift.withUnsafeBytes(of: word.littleEndian) { append(contentsOf: $0) }
  }

  /// Appends a tag, the length of a payload, and the payload that `write` appends.
  fileprivate mutating func appendFrame(_ tag: UInt8, _ write: (inout [UInt8]) -> Void) {
    append(tag)
    append(word: 0)
    let start = count
    write(&self)
    let length = UInt64(count - start)
    withUnsafeMutableBytes {
      $0.storeBytes(of: length.littleEndian, toByteOffset: start - 8, as: UInt64.self)
    }
  }
}

// MARK: - JSON

extension CanonicalNode {
  /// Returns the value as JSON; `blobs` receives the bytes of its blobs.
  ///
  /// - Throws: An `EncodingError` for numbers that JSON cannot represent.
  func json(_ blobs: BlobStore?) throws -> JSONValue {
    switch self {
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .string(let value): return .string(value)
    case .integer(let value): return .integer(value)
    case .large(let value):
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
    case .frame(let frame):
      switch frame.shape {
      case .single: return try frame.single.json(blobs)
      case .list:
        return .array(
          try frame.members.enumerated().map { index, member in
            try EncodingError.naming("\(index)") { try member.node.json(blobs) }
          })
      case .keyed:
        let members = try frame.members.map { member in
          (member.key, try EncodingError.naming(member.key) { try member.node.json(blobs) })
        }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
      }
    case .unordered(let elements, let isNamed):
      if isNamed {
        let members = try elements.map { element in
          let name = element.name ?? ""
          return (name, try EncodingError.naming(name) { try element.value.json(blobs) })
        }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
      }
      let sorted = elements.map { (bytes: $0.bytes, element: $0) }
        .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      return .array(
        try sorted.enumerated().flatMap { index, item in
          try EncodingError.naming("\(index)") {
            try [item.element.key, item.element.value].compactMap { try $0?.json(blobs) }
          }
        })
    }
  }

  private static func wordless(_ value: Any) -> EncodingError {
    let what =
      switch value {
      case let number as any BinaryFloatingPoint: number.isNaN ? "not a number" : "infinite"
      default: "\(value), which has more than 64 bits"
      }
    let remedy = value is any BinaryFloatingPoint ? "store nil or a large number" : "store a string"
    return .invalidValue(
      value,
      .init(codingPath: [], debugDescription: "is \(what): JSON cannot represent it; \(remedy)"))
  }
}

// MARK: - Unordered collections

private protocol UnorderedCollection {
  /// Whether it is an object in JSON instead of a list.
  var isNamed: Bool { get }
  func canonicalElements() throws -> [CanonicalNode.Element]
}

extension Set: UnorderedCollection where Element: Encodable {
  fileprivate var isNamed: Bool { false }
  fileprivate func canonicalElements() throws -> [CanonicalNode.Element] {
    try map { CanonicalNode.Element(value: try CanonicalNode(encoding: $0)) }
  }
}

extension Dictionary: UnorderedCollection where Key: Encodable, Value: Encodable {
  fileprivate var isNamed: Bool { Key.self is any CodingKeyRepresentable.Type }
  fileprivate func canonicalElements() throws -> [CanonicalNode.Element] {
    try map { pair in
      CanonicalNode.Element(
        key: try CanonicalNode(encoding: pair.key),
        name: (pair.key as? any CodingKeyRepresentable)?.codingKey.stringValue,
        value: try CanonicalNode(encoding: pair.value))
    }
  }
}
