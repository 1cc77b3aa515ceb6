/// A number as an answer spells it.
struct AnswerNumber {
  var isNegative = false
  /// The digits before the point and after it, as they were written.
  var whole: String
  var fraction = ""
  /// The power of ten that the digits are multiplied by.
  var exponent = 0

  /// The same text for all spellings of one value.
  ///
  /// - Parameter keepsZeros: Whether zeros that change no value are kept, as in versions and codes.
  /// - Returns: The text.
  func text(keepsZeros: Bool) -> String {
    let sign = isNegative ? "-" : ""
    if keepsZeros, exponent == 0 {
      return sign + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction)
    }
    let digits = Array(whole + fraction)
    guard let first = digits.firstIndex(where: { $0 != "0" }),
      let last = digits.lastIndex(where: { $0 != "0" })
    else { return "0" }
    let significant = digits[first...last]
    // The digits stand before this power of ten.
    let power = exponent - fraction.count + (digits.count - 1 - last)
    if 0...Self.mostZeros ~= power {
      return sign + significant + String(repeating: "0", count: power)
    }
    let before = significant.count + power
    guard power < 0, before >= -Self.mostZeros else {
      return "\(sign)\(String(significant))e\(power)"
    }
    if before > 0 { return sign + significant.prefix(before) + "." + significant.dropFirst(before) }
    return sign + "0." + String(repeating: "0", count: -before) + significant
  }

  private static let mostZeros = 40

  /// The text of a fraction in lowest terms, which is that of a decimal number where there is one; nil for
  /// other fractions, such as 6/8, which may be a metre or a date.
  static func text(ofFraction above: Int, over below: Int, isNegative: Bool) -> String? {
    guard below > 1, above > 0, greatestDivisor(above, below) == 1 else { return nil }
    // Only twos and fives divide a power of ten; there are fewer than 64 of them in a word of 64 bits.
    var (rest, numerator, places) = (below, above, 0)
    while rest > 1, places < 18 {
      let divisor = greatestDivisor(rest, 10)
      let (product, overflows) = numerator.multipliedReportingOverflow(by: 10 / divisor)
      guard divisor > 1, !overflows else { break }
      rest /= divisor
      numerator = product
      places += 1
    }
    guard rest == 1 else { return "\(isNegative ? "-" : "")\(above)/\(below)" }
    return AnswerNumber(isNegative: isNegative, whole: "\(numerator)", exponent: -places)
      .text(keepsZeros: false)
  }

  private static func greatestDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestDivisor(b, a % b)
  }
}
