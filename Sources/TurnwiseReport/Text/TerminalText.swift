public import TurnwiseCore

/// Makes text safe to show on a terminal, and measures it.
///
/// The output of models and tools is not trusted: a control sequence could change the title of the window,
/// write to the clipboard, or overwrite what was printed before.
public enum TerminalText {
  /// Returns text with every control character in a visible form, such as `\u{1B}` for ESC and `\n` for a
  /// new line.
  ///
  /// Control characters are the categories Cc (C0, DEL, C1) and Cf (bidirectional overrides and isolates,
  /// tags, zero-width marks), and line and paragraph separators. The joiners of emoji and Indic scripts are
  /// kept.
  ///
  /// - Parameters:
  ///   - text: The text to show.
  ///   - keepsNewlines: Whether new lines are kept, for text that is shown in several lines.
  /// - Returns: Text that moves the cursor only forward, and down if new lines are kept.
  public static func escaped(_ text: some StringProtocol, keepsNewlines: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { append(scalar, to: &result, keepsNewlines) }
    return String(result)
  }

  /// Returns bytes with every control character in a visible form; bytes that are not UTF-8 become `\xFF`.
  public static func escaped(_ text: Text, keepsNewlines: Bool = false) -> String {
    var result = String.UnicodeScalarView()
    var position = 0
    var bytes = text.bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    parsing: while true {
      switch parser.parseScalar(from: &bytes) {
      case .valid(let encoded):
        append(Unicode.UTF8.decode(encoded), to: &result, keepsNewlines)
        position += encoded.count
      case .error(let length):
        for byte in text.bytes[position..<position + length] {
          result.append(contentsOf: "\\x\(hexadecimal(UInt32(byte)))".unicodeScalars)
        }
        position += length
      case .emptyInput: break parsing
      }
    }
    return String(result)
  }

  private static func append(
    _ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView, _ keepsNewlines: Bool
  ) {
    switch scalar {
    case "\n" where keepsNewlines, "\u{200C}", "\u{200D}": result.append(scalar)
    case "\n": result.append(contentsOf: "\\n".unicodeScalars)
    case "\r": result.append(contentsOf: "\\r".unicodeScalars)
    case "\t": result.append(contentsOf: "\\t".unicodeScalars)
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        result.append(contentsOf: "\\u{\(hexadecimal(scalar.value))}".unicodeScalars)
      default: result.append(scalar)
      }
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return digits.utf8.count < 2 ? "0" + digits : digits
  }

  /// Returns the number of columns that escaped text takes on a terminal.
  ///
  /// Combining marks take no column; East Asian wide letters and emoji take two.
  public static func width(of text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + width(of: $1) }
  }

  /// Returns text of at least `width` columns, padded with spaces after it, or before it if it is
  /// aligned to the right.
  public static func padded(
    _ text: String, to width: Int, alignsRight: Bool = false
  ) -> String {
    let space = String(repeating: " ", count: max(0, width - self.width(of: text)))
    return alignsRight ? space + text : text + space
  }

  /// Returns text of at most `width` columns; an ellipsis replaces the middle part that is left
  /// out.
  public static func shortened(_ text: String, to width: Int) -> String {
    guard self.width(of: text) > width else { return text }
    guard width > 1 else { return width == 1 ? "…" : "" }
    let head = prefix(of: Array(text), columns: width / 2)
    let tail = prefix(of: text.reversed(), columns: width - 1 - width / 2)
    return String(head) + "…" + String(tail.reversed())
  }

  private static func prefix(of letters: [Character], columns: Int) -> [Character] {
    var left = columns
    return Array(
      letters.prefix { letter in
        left -= width(of: letter)
        return left >= 0
      })
  }

  private static func width(of letter: Character) -> Int {
    guard let first = letter.unicodeScalars.first else { return 0 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    let isEmoji =
      first.properties.isEmojiPresentation
      || letter.unicodeScalars.contains { $0 == "\u{FE0F}" }
    return isEmoji || wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  /// The blocks of wide characters in Unicode that text is likely to contain.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
  ]
}
