internal import TurnwiseCore

extension JSONScanner {
  private mutating func digits() throws(JSONText.Flaw) {
    let start = position
    while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] {
      position += 1
    }
    guard position > start else { throw unexpected("a digit") }
  }

  /// Skips one of some letters, if it comes next.
  private mutating func pass(_ letters: StaticString) -> Bool {
    for offset in 0..<letters.utf8CodeUnitCount
    where position < bytes.count && bytes[position] == letters.utf8Start[offset] {
      position += 1
      return true
    }
    return false
  }

  /// Reads a number that begins at the present position.
  mutating func number() throws(JSONText.Flaw) -> JSONValue {
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
    // As everywhere else, a whole number is read as an integer, except for −0.
    if number == 0, number.sign == .minus { return .number(number) }
    if let integer = Int(exactly: number) { return .integer(integer) }
    return UInt64(exactly: number).map(JSONValue.unsigned) ?? .number(number)
  }
}
