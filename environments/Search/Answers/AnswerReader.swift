/// Reads an answer token by token: words, numbers, and symbols that tell names apart.
struct AnswerReader {
  /// Which numbers keep zeros that change no value.
  enum Zeros {
    case never
    /// Those right after a word, which are a part of its name: Python 3.10.
    case afterWords
    case count
  }

  private enum Kind { case word, number, symbol, currency }

  private struct Token {
    var text: String
    var kind: Kind
    /// Whether white space stands before it.
    var isApart: Bool
  }

  private let zeros: Zeros
  private let scanner: NumberScanner
  private var tokens: [Token] = []
  private var index = 0
  /// Where the last token ends.
  private var end = 0
  private var openQuotes: Set<Unicode.Scalar> = []

  /// What counts of an answer.
  static func key(of answer: String, zeros: Zeros) -> String {
    let characters = AnswerSpelling.characters(of: answer)
    var reader = AnswerReader(zeros: zeros, scanner: NumberScanner(text: characters))
    reader.read()
    guard !reader.tokens.isEmpty else {
      // Of an answer that is all punctuation that counts.
      return String(String.UnicodeScalarView(characters.filter { $0 != " " }))
    }
    return reader.tokens.map(\.text).joined(separator: " ")
  }

  private init(zeros: Zeros, scanner: NumberScanner) {
    (self.zeros, self.scanner) = (zeros, scanner)
  }

  private func character(_ index: Int) -> Unicode.Scalar? { scanner.character(index) }

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

  private mutating func add(_ text: String, _ kind: Kind, to next: Int) {
    tokens.append(Token(text: text, kind: kind, isApart: index > end || tokens.isEmpty))
    (index, end) = (next, next)
  }

  /// A, an or the before something; what it says is not which thing is meant.
  private mutating func dropArticle() {
    guard tokens.count > 1, tokens[1].isApart else { return }
    let isArticle =
      tokens[0].text == "the"
      || ["a", "an"].contains(tokens[0].text) && tokens[1].kind == .word
    if isArticle { tokens.removeFirst() }
  }

  // MARK: Words

  /// Whether a scalar is a part of words: a letter, a mark on one, or a number that is no digit.
  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  private func isLetter(_ index: Int) -> Bool { character(index).map(Self.isLetter) ?? false }
  private func isWord(_ index: Int) -> Bool { isLetter(index) || scanner.isDigit(index) }

  private mutating func word() {
    var text = String.UnicodeScalarView()
    var next = index
    while let scalar = character(next) {
      if isWord(next) {
        text.append(scalar)
      } else if scalar == ".", scanner.isDigit(next - 1), scanner.isDigit(next + 1) {
        // The point of a version: v1.10.
        text.append(scalar)
      } else if scalar == "." || scalar == "'", isWord(next + 1) {
        // U.S.A. is USA, and O'Neill is ONeill.
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

  // MARK: Numbers

  private func isDash(_ index: Int) -> Bool {
    guard let scalar = character(index) else { return false }
    return scalar == "-" || scalar == AnswerSpelling.minus || scalar == AnswerSpelling.dash
  }

  /// Whether a number begins here, perhaps with a sign and a currency: its sign, and where its digits begin.
  private func numberStart(at start: Int) -> (isNegative: Bool, digits: Int)? {
    if scanner.begins(start) {
      return character(start) == "." && isWord(start - 1) ? nil : (false, start)
    }
    guard isDash(start) || character(start) == "+", !touches(start) else { return nil }
    var place = start + 1
    // A hyphen in front of an answer, or a true minus, may stand apart from its number.
    if tokens.isEmpty || character(start) == AnswerSpelling.minus && tokens.last?.kind != .number {
      place = scanner.skippingSpace(place)
    }
    if character(place).map(Self.isCurrency) ?? false { place += 1 }
    return scanner.begins(place) ? (character(start) != "+", place) : nil
  }

  /// Whether a mark follows what it could join with the next thing, as in 10-20, F-16 and f(x)-5.
  private func touches(_ index: Int) -> Bool {
    guard index > 0, let before = character(index - 1) else { return false }
    return isWord(index - 1) || before == ")" || before == "]" || before == "%"
  }

  private mutating func number(at start: Int, isNegative: Bool) {
    let first = index
    // -$5 is $-5.
    if start > first, let currency = character(start - 1), Self.isCurrency(currency) {
      add(String(currency), .currency, to: first)
    }
    // An article at the beginning names nothing, and is dropped.
    let isAfterWord = tokens.last?.kind == .word && tokens.map(\.text) != ["the"]
    let (found, last) = scanner.number(at: start)
    switch found {
    case .number(var number):
      number.isNegative = isNegative
      let keepsZeros = zeros == .count || zeros == .afterWords && isAfterWord
      add(number.text(keepsZeros: keepsZeros), .number, to: last)
    case .fraction(let above, let below):
      fraction(above, below, isNegative, to: last)
    case .list(let items):
      for item in items {
        add(AnswerNumber(whole: item).text(keepsZeros: zeros == .count), .number, to: last)
      }
    case .digits(let text):
      add((isNegative ? "-" : "") + text, .number, to: last)
    }
    currencyAfterNumber()
  }

  /// A fraction, together with the whole number before it: 1 1/2.
  private mutating func fraction(_ above: Int, _ below: Int, _ isNegative: Bool, to next: Int) {
    if let last = tokens.last, last.kind == .number, let whole = Int(last.text), above < below,
      index > end, !isNegative, whole.magnitude < 1_000_000_000,
      let text = AnswerNumber.text(
        ofFraction: abs(whole) * below + above, over: below,
        isNegative: last.text.hasPrefix("-"))
    {
      tokens[tokens.count - 1].text = text
      (index, end) = (next, next)
      return
    }
    let text = AnswerNumber.text(ofFraction: above, over: below, isNegative: isNegative)
    add(text ?? "\(isNegative ? "-" : "")\(above)/\(below)", .number, to: next)
  }

  /// 5 € is €5.
  private mutating func currencyAfterNumber() {
    let place = scanner.skippingSpace(index)
    guard let currency = character(place), Self.isCurrency(currency),
      !scanner.begins(scanner.skippingSpace(place + 1)),
      tokens.dropLast().last?.kind != .currency, let number = tokens.popLast()
    else { return }
    tokens.append(Token(text: String(currency), kind: .currency, isApart: number.isApart))
    tokens.append(Token(text: number.text, kind: .number, isApart: false))
    (index, end) = (place + 1, place + 1)
  }

  private static func isCurrency(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .currencySymbol
  }

  // MARK: Marks

  /// Punctuation that tells names apart as symbols do.
  private static let counted: Set<Unicode.Scalar> = [
    "#", "%", "&", "*", "/", "\\", "@", "‰", "‱", "§", "¶", "†", "‡",
  ]

  private mutating func mark(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "-", AnswerSpelling.minus, AnswerSpelling.dash: dash(scalar)
    case "'", "\"": quote(scalar)
    case "!", "?", "_":
      // P!nk, but not Yahoo!
      if isWord(index - 1), isWord(index + 1) { return add(String(scalar), .symbol, to: index + 1) }
      index += 1
    case ".":
      // .NET, but not an ellipsis.
      if isLetter(index + 1), !isWord(index - 1), character(index - 1) != "." {
        return add(".", .symbol, to: index + 1)
      }
      index += 1
    case _ where Self.isCurrency(scalar): add(String(scalar), .currency, to: index + 1)
    case _ where Self.counted.contains(scalar) || Self.isSymbol(scalar):
      add(String(scalar), .symbol, to: index + 1)
    default: index += 1
    }
  }

  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .mathSymbol, .modifierSymbol, .otherSymbol, .privateUse, .unassigned: true
    default: false
    }
  }

  /// Reads a dash.
  ///
  /// Between numbers any dash counts, between words a minus; a hyphen or minus counts also at one end of a
  /// word: A-, -x. Else dashes are spaces.
  private mutating func dash(_ scalar: Unicode.Scalar) {
    let next = scanner.skippingSpace(index + 1)
    let isBetweenSpaces = character(index - 1) == " " && character(index + 1) == " "
    let isAfterNumber = tokens.last?.kind == .number && (index == end || isBetweenSpaces)
    let isFree = index == end || isBetweenSpaces
    let counts =
      if isAfterNumber, numberStart(at: next) != nil {
        true
      } else if scalar == AnswerSpelling.minus {
        isFree || isLetter(index + 1)
      } else {
        scalar == "-" && !isBetweenSpaces
          && (isJoined(index - 1)
            ? index == end && !isJoined(index + 1) && !isDash(index + 1) : isJoined(index + 1))
      }
    if counts { add("-", .symbol, to: index + 1) } else { index += 1 }
  }

  /// Whether something that counts stands at a place, so that a mark beside it belongs to it.
  private func isJoined(_ index: Int) -> Bool {
    guard let scalar = character(index) else { return false }
    return isWord(index) || Self.isSymbol(scalar) || Self.isCurrency(scalar)
      || Self.counted.contains(scalar)
  }

  /// Feet, inches and minutes after a number; else quotation marks, which do not count.
  private mutating func quote(_ scalar: Unicode.Scalar) {
    if tokens.last?.kind == .number, index == end, !openQuotes.contains(scalar),
      !isLetter(index + 1)
    {
      return add(String(scalar), .symbol, to: index + 1)
    }
    if openQuotes.remove(scalar) == nil, !isWord(index - 1) { openQuotes.insert(scalar) }
    index += 1
  }
}
