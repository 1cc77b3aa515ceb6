internal import Foundation

/// Reduces the spellings of an answer to one: the characters that ``AnswerReader`` reads.
///
/// The text is folded. Digits are ASCII digits, quotation marks are `"` and `'`, hyphens are `-`, the minus
/// sign is U+2212, and every other dash is U+2013. Superscript digits follow `^`, and fractions contain `/`.
enum AnswerSpelling {
  static let minus: Unicode.Scalar = "\u{2212}"
  static let dash: Unicode.Scalar = "\u{2013}"

  /// Returns the characters of an answer.
  static func characters(of answer: String) -> [Unicode.Scalar] {
    let folded = Folding.folded(rewritten(answer))
    var characters: [Unicode.Scalar] = []
    for scalar in folded.unicodeScalars { characters.append(unified(scalar)) }
    return unwrapped(characters[...])
  }

  /// Writes out what compatibility forms would lose: 10² becomes 10^2 and not 102, and 1½ becomes 1 1/2 and
  /// not 11/2.
  private static func rewritten(_ answer: String) -> String {
    let scalars = Array(answer.unicodeScalars)
    var text = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      if raised[scalar] != nil {
        let end = scalars[index...].firstIndex { raised[$0] == nil } ?? scalars.count
        let run = scalars[index..<end].compactMap { raised[$0] }
        // If a sign is at the end, the superscript is the charge of an ion, as in Ca²⁺.
        if let last = run.last, "0"..."9" ~= last { text.append("^") }
        text.append(contentsOf: run)
        index = end
        continue
      }
      index += 1
      switch scalar {
      case "\u{B4}", "`": text.append("'")
      case "\u{2033}": text.append("\"")
      // These say who owns a name, not what it means.
      case "™", "®", "©", "℠": continue
      case _
      where Folding.isReadingMark(scalar) || Folding.isInvisible(scalar) || isControl(scalar):
        continue
      case _ where scalar.properties.numericType == .numeric:
        let form = String(scalar).decomposedStringWithCompatibilityMapping
        if form.unicodeScalars.contains("\u{2044}"), let last = text.last, isDigit(last) {
          text.append(" ")
        }
        text.append(contentsOf: form.unicodeScalars)
      default: text.append(scalar)
      }
    }
    return String(text)
  }

  private static let raised: [Unicode.Scalar: Unicode.Scalar] = [
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8",
    "⁹": "9",
    "⁺": "+", "⁻": "-",
  ]

  private static func unified(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII { return scalar.properties.isWhitespace ? " " : scalar }
    switch scalar {
    case "\u{2018}", "\u{2019}", "\u{201B}", "\u{2BC}", "\u{2B9}", "\u{2032}": return "'"
    case "\u{2044}", "\u{2215}": return "/"
    case "\u{2010}", "\u{2011}": return "-"
    case minus: return minus
    // The Arabic separators of thousands and decimals, and the Arabic percent sign.
    case "\u{66C}": return ","
    case "\u{66B}": return "."
    case "\u{66A}": return "%"
    default: break
    }
    if scalar.properties.isWhitespace { return " " }
    switch scalar.properties.generalCategory {
    case .decimalNumber: return Folding.digit(scalar) ?? scalar
    case .initialPunctuation, .finalPunctuation: return "\""
    case .dashPunctuation: return dash
    default: return scalar
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control && !scalar.properties.isWhitespace
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    0x30...0x39 ~= scalar.value || scalar.properties.generalCategory == .decimalNumber
  }

  /// Removes the asterisks or underscores that make a whole answer bold or italic.
  private static func unwrapped(_ characters: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var text = characters
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    for mark in ["*", "_"] as [Unicode.Scalar] {
      let count = min(3, text.prefix { $0 == mark }.count)
      guard count > 0, text.count > 2 * count, text.suffix(count).allSatisfy({ $0 == mark })
      else { continue }
      let inner = text.dropFirst(count).dropLast(count)
      if !inner.contains(mark) { return Array(inner) }
    }
    return Array(text)
  }
}
