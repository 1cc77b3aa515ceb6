internal import Foundation

/// The comparison of SQuAD and HotpotQA (Rajpurkar et al., 2016), for all of Unicode.
///
/// It ignores case, punctuation, the English articles, white space, and the different encodings that
/// Unicode has for one character (NFKC). Punctuation is every character of the Unicode categories P, and
/// every ASCII symbol, where the original has ASCII punctuation only.
enum SQuAD {
  private static let articles: Set<String> = ["a", "an", "the"]

  /// Returns the words of an answer that count, separated by single spaces.
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
