internal import TurnwiseCore

/// Reads the values of a JSON text from its bytes; ``JSONText`` is its only user.
struct JSONScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position = 0
  private var depth = 0
  /// The sum of the depths of the values so far.
  private(set) var weight = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// A flaw at a byte, or at the present position.
  func flaw(_ reason: String, at byte: Int? = nil) -> JSONText.Flaw {
    JSONText.Flaw(reason: reason, byte: byte ?? position)
  }

  /// The flaw of a text that ends before `what`.
  func cut(_ what: String) -> JSONText.Flaw {
    JSONText.Flaw(reason: "ends where \(what) was expected", byte: bytes.count, isCut: true)
  }

  /// The flaw of a text that has something else than `expected` at the present position.
  func unexpected(_ expected: String) -> JSONText.Flaw {
    guard position < bytes.count else { return cut(expected) }
    let byte = bytes[position]
    let found =
      0x21..<0x7F ~= byte
      ? "'\(Character(UnicodeScalar(byte)))'" : "the byte \(JSONScanner.hexadecimal(byte))"
    return flaw("has \(found) where \(expected) was expected")
  }

  /// Returns a byte as two hexadecimal digits.
  static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count < 2 ? "0" + digits : digits
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  /// Reads the whole text as one value.
  mutating func document() throws(JSONText.Flaw) -> JSONValue {
    // A byte order mark has no meaning in UTF-8.
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
    let value = try value()
    skipBlanks()
    guard position == bytes.count else { throw unexpected("the end") }
    return value
  }

  private mutating func value() throws(JSONText.Flaw) -> JSONValue {
    skipBlanks()
    weight += depth
    guard position < bytes.count else { throw cut("a value") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw unexpected("a value")
    }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONText.Flaw) -> JSONValue {
    for offset in 0..<word.utf8CodeUnitCount {
      guard position < bytes.count else { throw cut("'\(word)'") }
      guard bytes[position] == word.utf8Start[offset] else { throw unexpected("'\(word)'") }
      position += 1
    }
    return value
  }

  /// Enters a list or an object.
  private mutating func enter() throws(JSONText.Flaw) {
    depth += 1
    guard depth <= JSONText.depthLimit else {
      throw flaw("is nested more than \(JSONText.depthLimit) deep")
    }
    position += 1
    skipBlanks()
  }

  private mutating func array() throws(JSONText.Flaw) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var items: [JSONValue] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      return .array(items)
    }
    while true {
      items.append(try value())
      if try isEnd(UInt8(ascii: "]"), "',' or ']'") { return .array(items) }
    }
  }

  private mutating func object() throws(JSONText.Flaw) -> JSONValue {
    try enter()
    defer { depth -= 1 }
    var members: [String: JSONValue] = [:]
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
      position += 1
      return .object(members)
    }
    while true {
      skipBlanks()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw unexpected("the name of a member")
      }
      let name = try string()
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
        throw unexpected("':'")
      }
      position += 1
      guard members.updateValue(try value(), forKey: name) == nil else {
        throw flaw("has the member '\(name.prefix(60))' twice", at: start)
      }
      if try isEnd(UInt8(ascii: "}"), "',' or '}'") { return .object(members) }
    }
  }

  /// Reads a comma or the end of a list or an object; returns whether it was the end.
  private mutating func isEnd(
    _ end: UInt8, _ expected: String
  ) throws(JSONText.Flaw) -> Bool {
    skipBlanks()
    guard position < bytes.count else { throw cut(expected) }
    switch bytes[position] {
    case end:
      position += 1
      return true
    case UInt8(ascii: ","):
      position += 1
      return false
    default: throw unexpected(expected)
    }
  }
}
