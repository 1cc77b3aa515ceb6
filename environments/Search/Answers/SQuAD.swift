internal import Foundation

/// The comparison of SQuAD and HotpotQA (Rajpurkar et al., 2016), for all of Unicode.
///
/// Case, punctuation, the English articles and white space do not count; nor do the several spellings that
/// Unicode has for one character (NFKC). In place of ASCII's punctuation stands every character of the
/// categories P, and ASCII's symbols.
enum SQuAD {
  private static let articles: Set<String> = ["a", "an", "the"]

  /// What counts of an answer: words with one space between them.
  static func normalized(_ answer: String) -> String {
    let folded = answer.precomposedStringWithCompatibilityMapping.lowercased()
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: folded.unicodeScalars.lazy.filter { !isPunctuation($0) })
    return String(kept).split(whereSeparator: \.isWhitespace).map(String.init)
      .filter { !articles.contains($0) }.joined(separator: " ")
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: scalar.isASCII
    default: false
    }
  }
}
