internal import Foundation

/// The form in which words are searched.
///
/// It goes beyond ``Folding``: accents, letters with strokes and ligatures become plain letters; reading
/// marks of Arabic and Hebrew, nuktas of Devanagari, and the hamza on letters are removed; Arabic letters
/// that are written for one another become one; digits of all scripts become ASCII digits.
///
/// This is what ICU's Latin-ASCII and Lucene's normalizers for Arabic, Persian and Hindi do. Marks that make
/// another letter stay: the vowel signs of India, й, and the dakuten of か and が.
enum SearchFolding {
  /// Returns a text in the form in which it is searched.
  static func folded(_ text: String) -> String {
    Folding.inPieces(text) {
      quick($0) ?? piece($0)
    } ascii: {
      $0.lowercased()
    }
  }

  /// The form of a text in which each scalar has a form of its own; nil if marks could combine with others.
  private static func quick(_ text: String) -> String? {
    var folded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case ..<0x80: Folding.appendFolded(scalar, to: &folded)
      case ..<0x2000:
        guard let form = Unicode.Scalar(forms[Int(scalar.value)]), form.value > 0 else {
          return nil
        }
        folded.append(form)
      // Usual punctuation; Kana without its marks; Han; Hangul syllables.
      case 0x2010...0x2016, 0x2018...0x2023, 0x3001...0x3003, 0x3041...0x3096, 0x30A1...0x30FA,
        0x4E00...0x9FFF, 0xAC00...0xD7A3:
        folded.append(scalar)
      default: return nil
      }
    }
    return String(folded)
  }

  /// The forms of scalars below U+2000 that are one scalar and combine with no others; 0 for all others.
  private static let forms: [UInt32] = (0..<0x2000).map { value in
    guard value >= 0x80, !(0x1100...0x11FF).contains(value),
      let scalar = Unicode.Scalar(UInt32(value))
    else { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .unassigned: return 0
    default: break
    }
    let form = piece(String(scalar)).unicodeScalars
    return form.count == 1 ? form.first?.value ?? 0 : 0
  }

  private static func piece(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    // The letter that a mark belongs to.
    var base: Unicode.Scalar = " "
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      if scalar.isASCII {
        Folding.appendFolded(scalar, to: &folded)
        base = scalar
      } else if 0x3041...0x312F ~= scalar.value || 0x3400...0x9FFF ~= scalar.value {
        // A fast path for Kana and Han, which are frequent.
        folded.append(scalar)
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
    // The Arabic madda and hamza; the nukta of Devanagari.
    case 0x653...0x655, 0x93C: return true
    default: return false
    }
    guard 0x400...0x52F ~= base.value else { return true }
    // In Cyrillic, marks make other letters, except for the stress mark and the points of ё.
    switch mark.value {
    case 0x300, 0x301: return !["г", "к", "Г", "К"].contains(base)
    case 0x308: return base == "е" || base == "Е"
    default: return false
    }
  }

  private static let letters: [Unicode.Scalar: String] = [
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
    // The candrabindu of Devanagari is also written as an anusvara.
    "\u{901}": "\u{902}",
    "\u{671}": "\u{627}", "\u{649}": "\u{64A}", "\u{6CC}": "\u{64A}", "\u{6A9}": "\u{643}",
    "\u{629}": "\u{647}", "\u{6C1}": "\u{647}", "\u{6D5}": "\u{647}", "\u{6BE}": "\u{647}",
  ]
}
