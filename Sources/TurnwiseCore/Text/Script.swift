extension Unicode.Scalar {
  /// Whether the scalar belongs to a script without spaces between words: Chinese, Japanese, Thai, Lao,
  /// Khmer, Burmese.
  package var isOfScriptWithoutSpaces: Bool {
    switch value {
    case ..<0x0E00: false
    // Thai and Lao, Burmese, Khmer, the repetition mark of ideographs, Hiragana and Katakana.
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005, 0x3041...0x30FF: true
    // Halfwidth Katakana.
    case 0xFF66...0xFF9F: true
    default: properties.isIdeographic
    }
  }
}
