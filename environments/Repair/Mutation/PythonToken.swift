/// A token of a line of Python, as far as the programs use the language.
struct PythonToken: Hashable {
  /// The kind of a token.
  enum Kind: Hashable { case name, keyword, number, string, symbol }

  let kind: Kind
  /// The text; a string includes its quotes.
  let text: String
  /// The offset of the first character, in bytes; the programs are ASCII.
  let column: Int

  /// The offset after the last character.
  var end: Int { column + text.utf8.count }

  private static let keywords: Set<String> = [
    "and", "class", "def", "elif", "else", "False", "for", "from", "if", "import", "in", "is",
    "lambda",
    "None", "not", "or", "pass", "raise", "return", "True", "while",
  ]
  private static let longSymbols = [
    "//=", "**=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "//", "**",
  ]

  /// Returns the tokens of a line.
  static func tokens(of line: String) -> [PythonToken] {
    var tokens: [PythonToken] = []
    var rest = Array(line.utf8)[...]
    while let first = rest.first {
      guard first != UInt8(ascii: " ") else {
        rest = rest.dropFirst()
        continue
      }
      let (kind, count) = measure(rest, first)
      let text = String(decoding: rest.prefix(count), as: UTF8.self)
      let isKeyword = kind == .name && keywords.contains(text)
      tokens.append(
        PythonToken(kind: isKeyword ? .keyword : kind, text: text, column: rest.startIndex))
      rest = rest.dropFirst(count)
    }
    return tokens
  }

  /// The kind and the length of the token at the beginning of `rest`.
  private static func measure(_ rest: ArraySlice<UInt8>, _ first: UInt8) -> (Kind, Int) {
    if first == UInt8(ascii: "'") {
      return (.string, 2 + rest.dropFirst().prefix { $0 != UInt8(ascii: "'") }.count)
    }
    if isDigit(first) { return (.number, rest.prefix(while: isDigit).count) }
    if isLetter(first) { return (.name, rest.prefix { isLetter($0) || isDigit($0) }.count) }
    let symbol = longSymbols.first { rest.starts(with: $0.utf8) }
    return (.symbol, symbol?.utf8.count ?? 1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    (97...122).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
}
