internal import Foundation

/// The form in which words are searched.
///
/// Beyond ``Folding``: accents, letters with strokes and ligatures are the plain letters; reading marks of
/// Arabic and Hebrew, nuktas of Devanagari, and the hamza on letters are left out; letters of Arabic
/// that are written one for the other are one; digits of all scripts are those of ASCII.
///
/// It is what ICU's Latin-ASCII and the normalizers of Lucene for Arabic, Persian and Hindi do. Marks that
/// make another letter stay: the vowel signs of India, й, the dakuten of か and が.
enum SearchFolding {
  /// A text as it is searched.
  static func folded(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    // The letter that a mark belongs to.
    var base: Unicode.Scalar = " "
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      if scalar.isASCII {
        Folding.appendFolded(scalar, to: &folded)
        base = scalar
      } else if Folding.isInvisible(scalar) || Folding.isReadingMark(scalar) {
        continue
      } else if scalar.properties.canonicalCombiningClass != .notReordered {
        if !isDropped(scalar, on: base) { folded.append(scalar) }
      } else if let digit = Folding.digit(scalar) {
        folded.append(digit)
        base = digit
      } else {
        append(scalar, to: &folded)
        base = scalar
      }
    }
    return String(folded).precomposedStringWithCanonicalMapping
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout String.UnicodeScalarView) {
    if let other = letters[scalar] {
      text.append(contentsOf: other.unicodeScalars)
      return
    }
    var small = String.UnicodeScalarView()
    Folding.appendFolded(scalar, to: &small)
    for scalar in small {
      text.append(contentsOf: (letters[scalar] ?? String(scalar)).unicodeScalars)
    }
  }

  private static func isDropped(_ mark: Unicode.Scalar, on base: Unicode.Scalar) -> Bool {
    switch mark.value {
    case 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F: break
    // Madda and hamza of Arabic; the nukta of Devanagari.
    case 0x653...0x655, 0x93C: return true
    default: return false
    }
    guard 0x400...0x52F ~= base.value else { return true }
    // In Cyrillic they make other letters, but for the sign of stress and the points of ё.
    switch mark.value {
    case 0x300, 0x301: return !["г", "к", "Г", "К"].contains(base)
    case 0x308: return base == "е" || base == "Е"
    default: return false
    }
  }

  private static let letters: [Unicode.Scalar: String] = [
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    // The candrabindu of Devanagari is written as an anusvara as well.
    "\u{901}": "\u{902}",
    "\u{671}": "\u{627}", "\u{649}": "\u{64A}", "\u{6CC}": "\u{64A}", "\u{6A9}": "\u{643}",
    "\u{629}": "\u{647}", "\u{6C1}": "\u{647}", "\u{6D5}": "\u{647}", "\u{6BE}": "\u{647}",
  ]
}
