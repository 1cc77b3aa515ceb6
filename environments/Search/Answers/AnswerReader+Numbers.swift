/// Reading of numbers, with their signs and currencies.
extension AnswerReader {
  func isDash(_ index: Int) -> Bool {
    guard let scalar = character(index) else { return false }
    return scalar == "-" || scalar == AnswerSpelling.minus || scalar == AnswerSpelling.dash
  }

  /// Whether a number begins here, possibly with a sign and a currency.
  ///
  /// - Returns: Whether it is negative, and the index of its first digit.
  func numberStart(at start: Int) -> (isNegative: Bool, digits: Int)? {
    if scanner.begins(start) {
      return character(start) == "." && isWord(start - 1) ? nil : (false, start)
    }
    guard isDash(start) || character(start) == "+", !touches(start) else { return nil }
    var place = start + 1
    // After a hyphen at the beginning of the answer, or after a minus sign, spaces may precede the number.
    if tokens.isEmpty || character(start) == AnswerSpelling.minus && tokens.last?.kind != .number {
      place = scanner.skippingSpace(place)
    }
    if character(place).map(Self.isCurrency) ?? false { place += 1 }
    return scanner.begins(place) ? (character(start) != "+", place) : nil
  }

  /// Whether a sign directly follows something that it could join to what comes next: 10-20, F-16, f(x)-5.
  private func touches(_ index: Int) -> Bool {
    guard index > 0, let before = character(index - 1) else { return false }
    return isWord(index - 1) || before == ")" || before == "]" || before == "%"
  }

  /// Reads the number whose digits begin at `start`.
  mutating func number(at start: Int, isNegative: Bool) {
    let first = index
    // -$5 is read as $-5.
    if start > first, let currency = character(start - 1), Self.isCurrency(currency) {
      add(String(currency), .currency, to: first)
    }
    // An article at the beginning is dropped, so it does not count as a name.
    let isAfterWord = tokens.last?.kind == .word && tokens.map(\.text) != ["the"]
    let (found, last) = scanner.number(at: start)
    switch found {
    case .number(var number):
      number.isNegative = isNegative
      let keepsZeros = zeros == .always || zeros == .afterWords && isAfterWord
      add(number.text(keepsZeros: keepsZeros), .number, to: last)
    case .fraction(let above, let below):
      fraction(above, below, isNegative, to: last)
    case .list(let items):
      for item in items {
        add(AnswerNumber(whole: item).text(keepsZeros: zeros == .always), .number, to: last)
      }
    case .digits(let text):
      add((isNegative ? "-" : "") + text, .number, to: last)
    }
    currencyAfterNumber()
  }

  /// Adds a fraction, together with the whole number before it: 1 1/2.
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

  /// Moves a currency before its number, so that 5 € is the same as €5.
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

  static func isCurrency(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .currencySymbol
  }
}
