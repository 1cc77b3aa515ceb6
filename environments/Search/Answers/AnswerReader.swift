/// Reads an answer token by token: words, numbers, and symbols that distinguish names.
struct AnswerReader {
  /// Which numbers keep zeros that do not change their value.
  enum Zeros {
    case never
    /// Those directly after a word, which are a part of its name: Python 3.10.
    case afterWords
    /// All numbers.
    case always
  }

  enum Kind { case word, number, symbol, currency }

  /// A part of an answer.
  struct Token {
    var text: String
    var kind: Kind
    /// Whether white space precedes it.
    var isApart: Bool
  }

  let zeros: Zeros
  let scanner: NumberScanner
  var tokens: [Token] = []
  /// The index of the next character.
  var index = 0
  /// The index after the last token.
  var end = 0
  var openQuotes: Set<Unicode.Scalar> = []

  /// Returns the text by which answers are compared.
  static func key(of answer: String, zeros: Zeros) -> String {
    let characters = AnswerSpelling.characters(of: answer)
    var reader = AnswerReader(zeros: zeros, scanner: NumberScanner(text: characters))
    reader.read()
    guard !reader.tokens.isEmpty else {
      // The answer consists of punctuation only, which then counts.
      return String(String.UnicodeScalarView(characters.filter { $0 != " " }))
    }
    return reader.tokens.map(\.text).joined(separator: " ")
  }

  private init(zeros: Zeros, scanner: NumberScanner) {
    (self.zeros, self.scanner) = (zeros, scanner)
  }

  func character(_ index: Int) -> Unicode.Scalar? { scanner.character(index) }

  private mutating func read() {
    while let next = character(index) {
      if next == " " {
        index += 1
      } else if let (sign, start) = numberStart(at: index) {
        number(at: start, isNegative: sign)
      } else if Self.isLetter(next) {
        word()
      } else {
        mark(next)
      }
    }
    dropArticle()
  }

  /// Adds a token that ends at `next`.
  mutating func add(_ text: String, _ kind: Kind, to next: Int) {
    tokens.append(Token(text: text, kind: kind, isApart: index > end || tokens.isEmpty))
    (index, end) = (next, next)
  }

  /// Drops "a", "an" or "the" at the beginning, which do not change what is meant.
  private mutating func dropArticle() {
    guard tokens.count > 1, tokens[1].isApart else { return }
    let isArticle =
      tokens[0].text == "the"
      || ["a", "an"].contains(tokens[0].text) && tokens[1].kind == .word
    if isArticle { tokens.removeFirst() }
  }

  // MARK: Words

  /// Whether a scalar is a part of words: a letter, a combining mark, or a number other than a digit.
  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  func isLetter(_ index: Int) -> Bool { character(index).map(Self.isLetter) ?? false }
  func isWord(_ index: Int) -> Bool { isLetter(index) || scanner.isDigit(index) }

  private mutating func word() {
    var text = String.UnicodeScalarView()
    var next = index
    while let scalar = character(next) {
      if isWord(next) {
        text.append(scalar)
      } else if scalar == ".", scanner.isDigit(next - 1), scanner.isDigit(next + 1) {
        // A point in a version: v1.10.
        text.append(scalar)
      } else if scalar == "." || scalar == "'", isWord(next + 1) {
        // Skipped: U.S.A. is the same as USA, and O'Neill as ONeill.
      } else {
        break
      }
      next += 1
    }
    let word = String(text)
    if word == "cent", tokens.last?.text == "per", tokens.dropLast().last?.kind == .number {
      tokens[tokens.count - 1] = Token(text: "%", kind: .symbol, isApart: true)
      (index, end) = (next, next)
      return
    }
    let isPercent = word == "percent" && tokens.last?.kind == .number
    add(isPercent ? "%" : word, isPercent ? .symbol : .word, to: next)
  }
}
