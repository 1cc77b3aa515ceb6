/// Reads JSON byte by byte.
struct StrictJSONReader {
  typealias Problem = StrictJSON.Problem

  private let bytes: ArraySlice<UInt8>
  private var index: Int
  /// The number of characters that were replaced.
  private(set) var replaced = 0

  private static let depthLimit = 256

  init(_ bytes: ArraySlice<UInt8>) { (self.bytes, index) = (bytes, bytes.startIndex) }

  var isAtEnd: Bool { index == bytes.endIndex }
  private var next: UInt8? { index < bytes.endIndex ? bytes[index] : nil }

  func problem(_ reason: String) -> Problem {
    Problem(offset: index - bytes.startIndex, reason: reason)
  }

  /// The problem that something else was found than what is expected.
  private func unexpected(_ expected: String) -> Problem {
    guard let next else { return problem("it ends where \(expected) is expected") }
    if next == 0 { return problem("there is a NUL byte where \(expected) is expected") }
    let rest = bytes[index...].prefix(20).prefix { $0 > 0x20 }
    return problem("expected \(expected) at '\(String(decoding: rest, as: UTF8.self))'")
  }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      index += 1
    }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    index += 1
    return true
  }

  mutating func value(depth: Int) throws(Problem) -> StrictJSON {
    skipSpace()
    guard depth < Self.depthLimit else {
      throw problem("it is nested more than \(Self.depthLimit) levels deep")
    }
    switch next {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "-"), .some(0x30...0x39): return .number(try number())
    default: break
    }
    for (word, value) in [
      ("true", StrictJSON.bool(true)), ("false", .bool(false)), ("null", .null),
    ]
    where bytes[index...].starts(with: word.utf8) {
      index += word.utf8.count
      return value
    }
    throw unexpected("a value")
  }

  private mutating func object(_ depth: Int) throws(Problem) -> StrictJSON {
    index += 1
    var members: [String: StrictJSON] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard next == UInt8(ascii: "\"") else {
        throw next == UInt8(ascii: "}")
          ? problem("there is a comma after the last member") : unexpected("a name in quotes")
      }
      let start = index
      let name = try string()
      skipSpace()
      guard take(":") else { throw unexpected("a colon") }
      if members.updateValue(try value(depth: depth + 1), forKey: name) != nil {
        throw Problem(
          offset: start - bytes.startIndex, reason: "the name '\(name.prefix(40))' occurs twice")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw unexpected("a comma or }") }
    return .object(members)
  }

  private mutating func array(_ depth: Int) throws(Problem) -> StrictJSON {
    index += 1
    var items: [StrictJSON] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      skipSpace()
      if next == UInt8(ascii: "]") { throw problem("there is a comma after the last item") }
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw unexpected("a comma or ]") }
    return .array(items)
  }

  private mutating func number() throws(Problem) -> String {
    let start = index
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { 0x30...0x39 ~= $0 } ?? false }
    _ = take("-")
    let first = index
    while isDigit(next) { index += 1 }
    var isRight = index > first && (index == first + 1 || bytes[first] != UInt8(ascii: "0"))
    if take(".") {
      let point = index
      while isDigit(next) { index += 1 }
      isRight = isRight && index > point
    }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      let power = index
      while isDigit(next) { index += 1 }
      isRight = isRight && index > power
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    guard isRight else { throw problem("'\(text.prefix(40))' is not a JSON number") }
    return text
  }

  // MARK: Texts

  private mutating func string() throws(Problem) -> String {
    index += 1
    var parts = ""
    while true {
      let start = index
      while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
        index += 1
      }
      guard let part = String(validating: bytes[start..<index], as: UTF8.self) else {
        throw Problem(isEncoding: true, offset: start - bytes.startIndex, reason: "it is not UTF-8")
      }
      if parts.isEmpty { parts = part } else { parts += part }
      switch next {
      case UInt8(ascii: "\""):
        index += 1
        return parts
      case UInt8(ascii: "\\"): parts.unicodeScalars.append(try escape())
      case 0: parts.unicodeScalars.append(replacement())
      case let control?:
        let code = String(control, radix: 16)
        throw problem("a text contains a control character (\(code)); write it as an escape")
      case nil: throw problem("a text has no closing quote")
      }
    }
  }

  private mutating func replacement() -> Unicode.Scalar {
    index += 1
    replaced += 1
    return "\u{FFFD}"
  }

  private mutating func escape() throws(Problem) -> Unicode.Scalar {
    let start = index
    index += 1
    guard let letter = next else { throw problem("a text has no closing quote") }
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try scalar()
    default:
      index = start
      throw problem("'\\\(Character(Unicode.Scalar(letter)))' is not a JSON escape")
    }
  }

  /// Reads the scalar of four hexadecimal digits, or of a surrogate pair.
  private mutating func scalar() throws(Problem) -> Unicode.Scalar {
    let unit = try codeUnit()
    if UTF16.isLeadSurrogate(unit), next == UInt8(ascii: "\\"),
      index + 1 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "u")
    {
      let start = index
      index += 2
      let trail = try codeUnit()
      if UTF16.isTrailSurrogate(trail) {
        let value = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(trail) - 0xDC00)
        return Unicode.Scalar(value) ?? "\u{FFFD}"
      }
      index = start
    }
    if let scalar = Unicode.Scalar(UInt32(unit)), unit != 0 { return scalar }
    replaced += 1
    return "\u{FFFD}"
  }

  private mutating func codeUnit() throws(Problem) -> UInt16 {
    let digits = bytes[index...].prefix(4)
    // `UInt16` would accept a sign as a part of the number.
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits must follow '\\u'") }
    index += 4
    return unit
  }
}
