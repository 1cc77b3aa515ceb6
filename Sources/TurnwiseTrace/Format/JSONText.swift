package import TurnwiseCore

/// Reads a JSON text in one pass, in time and memory that are proportional to its length, and says
/// exactly what is wrong with one that cannot be read.
///
/// Foundation's decoder takes time that grows with the square of the depth, and does not say where a
/// text is wrong. Traces come from outside, so neither will do.
package struct JSONText {
  /// How deep lists and objects may be nested.
  package static let depthLimit = 200

  /// What is wrong with a text, and where.
  package struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package var reason: String
    /// The byte that it is wrong at, from 0.
    package var byte: Int
    /// Whether the text ends where more was to come.
    package var isCut = false

    /// What and where, on one line.
    package var description: String { "\(reason) at byte \(byte)" }
  }

  /// What was read.
  package let value: JSONValue
  /// The sum of the depths of all values: what the way by Foundation's decoder would cost.
  package let weight: Int

  /// Reads a text.
  ///
  /// - Throws: A ``Flaw``.
  package init(_ bytes: some Collection<UInt8>) throws(Flaw) {
    let result: Result<(JSONValue, Int), Flaw>? =
      bytes.withContiguousStorageIfAvailable { bytes in
        var scanner = JSONScanner(bytes)
        do throws(Flaw) {
          return .success((try scanner.document(), scanner.weight))
        } catch {
          return .failure(error)
        }
      }
    guard let result else {
      self = try JSONText(Array(bytes))
      return
    }
    (value, weight) = try result.get()
  }
}

private struct JSONScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0
  private(set) var weight = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private func flaw(_ reason: String, at byte: Int? = nil) -> JSONText.Flaw {
    JSONText.Flaw(reason: reason, byte: byte ?? position)
  }

  /// The text ends where `what` was to come.
  private func cut(_ what: String) -> JSONText.Flaw {
    JSONText.Flaw(reason: "ends where \(what) was expected", byte: bytes.count, isCut: true)
  }

  /// What stands at the present place in the stead of `expected`.
  private func unexpected(_ expected: String) -> JSONText.Flaw {
    guard position < bytes.count else { return cut(expected) }
    let byte = bytes[position]
    let found =
      0x21..<0x7F ~= byte
      ? "'\(Character(UnicodeScalar(byte)))'" : "the byte \(JSONScanner.hexadecimal(byte))"
    return flaw("has \(found) where \(expected) was expected")
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
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

  mutating func document() throws(JSONText.Flaw) -> JSONValue {
    // A byte order mark says nothing in UTF-8.
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

  /// Passes a comma or the end of a list or an object.
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

  // MARK: - Strings

  private mutating func string() throws(JSONText.Flaw) -> String {
    position += 1
    var start = position
    var text = ""
    while true {
      guard position < bytes.count else { throw cut("the end of a string") }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        try append(start, to: &text)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") {
        try append(start, to: &text)
        text.unicodeScalars.append(try escape())
        start = position
        continue
      }
      guard byte >= 0x20 else {
        throw flaw("has the byte \(Self.hexadecimal(byte)) within a string")
      }
      position += 1
    }
  }

  /// Appends the bytes up to the present place.
  private func append(_ start: Int, to text: inout String) throws(JSONText.Flaw) {
    guard start < position else { return }
    guard
      let part = String(validating: bytes[start..<position], as: UTF8.self)
    else { throw flaw("has bytes that are not UTF-8 within a string", at: start) }
    if text.isEmpty { text = part } else { text += part }
  }

  private mutating func escape() throws(JSONText.Flaw) -> UnicodeScalar {
    let start = position
    position += 1
    guard position < bytes.count else { throw cut("the rest of an escape") }
    let letter = bytes[position]
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UnicodeScalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw flaw("has an escape that JSON does not know", at: start)
    }
    let unit = try codeUnit()
    if let scalar = UnicodeScalar(unit) { return scalar }
    let half = flaw("has half of a surrogate pair (\\u\(String(unit, radix: 16)))", at: start)
    guard unit < 0xDC00 else { throw half }
    for expected in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
      guard position < bytes.count else { throw cut("the rest of a surrogate pair") }
      guard bytes[position] == expected else { throw half }
      position += 1
    }
    let second = try codeUnit()
    guard 0xDC00...0xDFFF ~= second,
      let scalar = UnicodeScalar(
        0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    else { throw half }
    return scalar
  }

  private mutating func codeUnit() throws(JSONText.Flaw) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard position < bytes.count else { throw cut("a hexadecimal digit") }
      guard let digit = Character(UnicodeScalar(bytes[position])).hexDigitValue,
        bytes[position] < 0x80
      else { throw unexpected("a hexadecimal digit") }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }

  // MARK: - Numbers

  private mutating func digits() throws(JSONText.Flaw) {
    let start = position
    while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] {
      position += 1
    }
    guard position > start else { throw unexpected("a digit") }
  }

  private mutating func pass(_ letters: StaticString) -> Bool {
    for offset in 0..<letters.utf8CodeUnitCount
    where position < bytes.count && bytes[position] == letters.utf8Start[offset] {
      position += 1
      return true
    }
    return false
  }

  private mutating func number() throws(JSONText.Flaw) -> JSONValue {
    let start = position
    let isNegative = pass("-")
    let first = position
    try digits()
    guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
      throw flaw("has a number that begins with 0", at: start)
    }
    var isWhole = true
    if pass(".") {
      isWhole = false
      try digits()
    }
    if pass("eE") {
      isWhole = false
      _ = pass("+-")
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWhole {
      if let integer = Int(text), integer != 0 || !isNegative { return .integer(integer) }
      if !isNegative, let integer = UInt64(text) { return .unsigned(integer) }
    }
    guard let number = Double(text), number.isFinite else {
      throw flaw("has a number that is too large", at: start)
    }
    // As numbers are read elsewhere: what is whole is an integer, but for a minus before a zero.
    if number == 0, number.sign == .minus { return .number(number) }
    if let integer = Int(exactly: number) { return .integer(integer) }
    return UInt64(exactly: number).map(JSONValue.unsigned) ?? .number(number)
  }
}
