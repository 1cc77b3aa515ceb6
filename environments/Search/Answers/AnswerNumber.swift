/// A number in an answer.
struct AnswerNumber {
  var isNegative = false
  /// The digits before and after the decimal point, as they were written.
  var whole: String
  var fraction = ""
  /// The power of ten by which the digits are multiplied.
  var exponent = 0

  /// Returns the same text for all spellings of one value.
  ///
  /// - Parameter keepsZeros: Whether zeros that do not change the value are kept, as in versions and codes.
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
    // The digits are an integer multiplied by this power of ten.
    let power = exponent - fraction.count + (digits.count - 1 - last)
    if 0...Self.zeroLimit ~= power {
      return sign + significant + String(repeating: "0", count: power)
    }
    let before = significant.count + power
    guard power < 0, before >= -Self.zeroLimit else {
      return "\(sign)\(String(significant))e\(power)"
    }
    if before > 0 { return sign + significant.prefix(before) + "." + significant.dropFirst(before) }
    return sign + "0." + String(repeating: "0", count: -before) + significant
  }

  /// The largest number of zeros that are added; larger powers are written as exponents.
  private static let zeroLimit = 40

  /// Returns the text of a fraction in lowest terms: that of the decimal number, if there is one.
  ///
  /// It is nil for other fractions, such as 6/8, which may be a metre or a date.
  static func text(ofFraction above: Int, over below: Int, isNegative: Bool) -> String? {
    guard below > 1, above > 0, greatestDivisor(above, below) == 1 else { return nil }
    // The denominator of a decimal number has no prime factors but 2 and 5: fewer than 64 in a word of 64
    // bits.
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
