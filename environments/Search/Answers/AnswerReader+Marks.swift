/// Reading of characters that are neither words nor numbers.
extension AnswerReader {
  /// Punctuation that distinguishes names, as symbols do.
  private static let counted: Set<Unicode.Scalar> = [
    "#", "%", "&", "*", "/", "\\", "@", "‰", "‱", "§", "¶", "†", "‡",
  ]

  /// Reads a character that is neither a word nor a number.
  mutating func mark(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "-", AnswerSpelling.minus, AnswerSpelling.dash: dash(scalar)
    case "'", "\"": quote(scalar)
    case "!", "?", "_":
      // It counts in P!nk, but not in Yahoo!
      if isWord(index - 1), isWord(index + 1) { return add(String(scalar), .symbol, to: index + 1) }
      index += 1
    case ".":
      // It counts in .NET, but not in an ellipsis.
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
  /// Any dash counts between numbers, and a minus sign between words. A hyphen or minus sign also counts at
  /// one end of a word: A-, -x. All other dashes are treated as spaces.
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

  /// Whether the character at an index counts, so that a mark beside it belongs to it.
  private func isJoined(_ index: Int) -> Bool {
    guard let scalar = character(index) else { return false }
    return isWord(index) || Self.isSymbol(scalar) || Self.isCurrency(scalar)
      || Self.counted.contains(scalar)
  }

  /// Reads feet, inches and minutes after a number; all other quotation marks are ignored.
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
