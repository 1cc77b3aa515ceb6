internal import Foundation
internal import TurnwiseCore

/// The terms of a text, which an index contains.
///
/// A term is a run of letters and digits in the form that ``SearchFolding`` gives them, so `Ｔｏｋｙｏ` and
/// `tokyo` are one term, and so are `Zürich` and `zurich`. Scripts without spaces between words (Chinese,
/// Japanese, Thai, Lao, Khmer, Burmese) give a term for each character, and Korean gives a term for each
/// pair of syllables (``KoreanTerms``).
enum Terms {
  /// Returns the terms of a text in their order.
  static func of(_ text: String) -> [String] {
    let known = text.utf8.withContiguousStorageIfAvailable { bytes in
      bytes.allSatisfy { $0 < 0x80 } ? ofASCII(bytes) : nil
    }
    return (known ?? nil) ?? ofUnicode(text)
  }

  private static func ofASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> [String] {
    var terms: [String] = []
    terms.reserveCapacity(bytes.count / 5)
    var index = 0
    while index < bytes.count {
      guard isWord(bytes[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < bytes.count, isWord(bytes[index]) { index += 1 }
      terms.append(
        String(unsafeUninitializedCapacity: index - start) { term in
          for offset in 0..<index - start {
            let byte = bytes[start + offset]
            term[offset] = 0x41...0x5A ~= byte ? byte | 0x20 : byte
          }
          return index - start
        })
    }
    return terms
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    0x61...0x7A ~= byte | 0x20 || 0x30...0x39 ~= byte
  }

  private static func ofUnicode(_ text: String) -> [String] {
    var terms: [String] = []
    var word = String.UnicodeScalarView()
    func end() {
      guard !word.isEmpty else { return }
      KoreanTerms.append(word, to: &terms)
      word.removeAll()
    }
    for scalar in SearchFolding.folded(text).unicodeScalars {
      if standsAlone(scalar) {
        end()
        terms.append(String(scalar))
      } else if isWord(scalar) || !word.isEmpty && isMark(scalar) {
        word.append(scalar)
      } else {
        end()
      }
    }
    end()
    return terms
  }

  /// Whether a scalar is a term by itself: one of a script without spaces, or an emoji.
  private static func standsAlone(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x0E00
      && (scalar.isOfScriptWithoutSpaces || scalar.properties.isEmojiPresentation)
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x80 else { return isWord(UInt8(scalar.value)) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }

  /// Whether a scalar modifies the previous one, as an accent does.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    guard scalar.value >= 0x80 else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return true
    default: return false
    }
  }
}
