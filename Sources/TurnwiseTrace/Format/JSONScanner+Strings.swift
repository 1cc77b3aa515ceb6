extension JSONScanner {
  /// Reads a string that begins at the present position.
  mutating func string() throws(JSONText.Flaw) -> String {
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

  /// Appends the bytes from `start` up to the present position.
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
}
