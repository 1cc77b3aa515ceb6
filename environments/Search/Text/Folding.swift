internal import Foundation

/// Removes differences of Unicode that readers do not see: the basis for comparing answers and for searching
/// words.
enum Folding {
  /// Whether a scalar is invisible: a soft hyphen, joiner, zero-width space, direction mark or variation
  /// selector.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII && scalar.properties.isDefaultIgnorableCodePoint
  }

  /// Returns a text without invisible scalars.
  static func visible(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: isInvisible) else { return text }
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: scalars.lazy.filter { !isInvisible($0) })
    return String(kept)
  }

  /// Appends a scalar in a form that is the same for both cases.
  ///
  /// This is full case folding: ß is ss, and both small sigmas are the same. Swift has no table of foldings,
  /// but lowercasing, uppercasing and lowercasing again gives the same classes. The four Turkish letters i
  /// are one, because the capital of ı is that of i.
  static func appendFolded(_ scalar: Unicode.Scalar, to text: inout String.UnicodeScalarView) {
    if scalar.isASCII {
      text.append(0x41...0x5A ~= scalar.value ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      return
    }
    if scalar.value < 0x2000, let single = Unicode.Scalar(singles[Int(scalar.value)]),
      single.value > 0
    {
      text.append(single)
      return
    }
    appendMapped(scalar, to: &text)
  }

  /// The folded forms of scalars below U+2000 that are single scalars; 0 for the others.
  private static let singles: [UInt32] = (0..<0x2000).map { value in
    guard let scalar = Unicode.Scalar(UInt32(value)) else { return 0 }
    var folded = String.UnicodeScalarView()
    appendMapped(scalar, to: &folded)
    return folded.count == 1 ? folded.first?.value ?? 0 : 0
  }

  private static func appendMapped(
    _ scalar: Unicode.Scalar, to text: inout String.UnicodeScalarView
  ) {
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

  /// Returns a text whose pieces are transformed one by one.
  ///
  /// Foundation normalizes a text in quadratic time. A piece begins at a character that cannot combine with
  /// the one before it: an ASCII character, or a letter of a script without spaces.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - transform: Transforms a piece that is not only ASCII.
  ///   - ascii: Transforms a piece that is.
  /// - Returns: The transformed text.
  static func inPieces(
    _ text: String, _ transform: (String) -> String, ascii: (String) -> String = { $0 }
  ) -> String {
    let scalars = text.unicodeScalars
    var result = ""
    var (start, index) = (scalars.startIndex, scalars.startIndex)
    var (count, isASCII) = (0, true)
    func end() {
      guard count > 0 else { return }
      let piece = String(scalars[start..<index])
      result += isASCII ? ascii(piece) : transform(piece)
    }
    while index < scalars.endIndex {
      let scalar = scalars[index]
      if count >= leastPiece, begins(scalar) {
        end()
        (start, count, isASCII) = (index, 0, true)
      }
      isASCII = isASCII && scalar.isASCII
      count += 1
      scalars.formIndex(after: &index)
    }
    end()
    return result
  }

  /// The smallest number of scalars of a piece that is not the last.
  private static let leastPiece = 48

  /// Whether no scalar before this one can combine with it.
  private static func begins(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x80: true
    // Consonants of Thai, Lao, Burmese and Khmer; Kana without its marks; Han; Hangul syllables.
    case 0xE01...0xE2E, 0xE81...0xEAE, 0x1000...0x1020, 0x1780...0x17A2: true
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
    default: false
    }
  }

  /// Returns a text without differences in case, compatibility forms and invisible scalars.
  static func folded(_ text: String) -> String {
    inPieces(text, foldedPiece) { $0.lowercased() }
  }

  private static func foldedPiece(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.precomposedStringWithCompatibilityMapping.unicodeScalars
    where !isInvisible(scalar) {
      appendFolded(scalar, to: &folded)
    }
    return String(folded).precomposedStringWithCompatibilityMapping
  }

  /// Returns the ASCII digit for a digit of any script.
  static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    guard scalar.properties.generalCategory == .decimalNumber,
      let value = scalar.properties.numericValue
    else { return nil }
    return Unicode.Scalar(UInt8(0x30 + Int(value)))
  }

  /// Whether a mark of Arabic or Hebrew shows how a word is pronounced, which is mostly omitted: vowel marks,
  /// points, recitation signs, and the stroke that lengthens a word (tatweel).
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
