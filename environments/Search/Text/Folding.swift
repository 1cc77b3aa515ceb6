internal import Foundation

/// What Unicode spells in several ways and nobody reads as different: the base of how answers are compared
/// and of how words are searched.
enum Folding {
  /// Whether a scalar is never seen: soft hyphens, joiners, zero-width spaces, marks of direction, selectors
  /// of variants.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII && scalar.properties.isDefaultIgnorableCodePoint
  }

  /// A text without the scalars that are never seen.
  static func visible(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: isInvisible) else { return text }
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: scalars.lazy.filter { !isInvisible($0) })
    return String(kept)
  }

  /// Appends a scalar in the form in which its case does not count.
  ///
  /// This is full case folding: ß is ss, and both small sigmas are one. Swift has no table of foldings;
  /// the small letters of the capitals of the small letters are the same classes. The four letters i of
  /// Turkish are one, because the capital of ı is that of i.
  static func appendFolded(_ scalar: Unicode.Scalar, to text: inout String.UnicodeScalarView) {
    if scalar.isASCII {
      text.append(0x41...0x5A ~= scalar.value ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      return
    }
    guard scalar.properties.isCased || scalar.properties.changesWhenUppercased else {
      text.append(scalar)
      return
    }
    if scalar.value == 0x130 || scalar.value == 0x131 {
      text.append("i")
      return
    }
    for small in scalar.properties.lowercaseMapping.unicodeScalars {
      for capital in small.properties.uppercaseMapping.unicodeScalars {
        text.append(contentsOf: capital.properties.lowercaseMapping.unicodeScalars)
      }
    }
  }

  /// A text in which neither case nor compatibility forms nor scalars that are never seen count.
  static func folded(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.precomposedStringWithCompatibilityMapping.unicodeScalars
    where !isInvisible(scalar) {
      appendFolded(scalar, to: &folded)
    }
    return String(folded).precomposedStringWithCompatibilityMapping
  }

  /// The digit of ASCII for a digit of any script.
  static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard scalar.properties.generalCategory == .decimalNumber,
      let value = scalar.properties.numericValue
    else { return nil }
    return Unicode.Scalar(UInt8(0x30 + Int(value)))
  }

  /// Whether a mark of Arabic or Hebrew says how a word is spoken, which is mostly left out: vowel marks,
  /// points, signs of recitation, and the stroke that lengthens a word (tatweel).
  static func isReadingMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x591: false
    case 0x591...0x5BD, 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7: true
    case 0x610...0x61A, 0x640, 0x64B...0x652, 0x656...0x65F, 0x670, 0x6D6...0x6DC, 0x6DF...0x6E4:
      true
    case 0x6E7, 0x6E8, 0x6EA...0x6ED, 0x8D3...0x8E1, 0x8E3...0x8FF: true
    default: false
    }
  }
}
