/// What `export -p` of bash prints, and nothing else: a declaration with a plain value on each line.
///
/// The next shell evaluates it. A command can say anything in the place of its shell, so a program in it
/// (a function, a trap, a process in the background) would otherwise come along without being a file, a
/// directory or a variable.
struct ExportedVariables {
  private var rest: ArraySlice<UInt8>
  private var kept: [UInt8] = []

  /// Returns `text` without the mark of variables that cannot be changed, or nil where it is no such list.
  ///
  /// A shell could not go on whose own variables cannot be changed.
  static func changeable(_ text: some Collection<UInt8>) -> [UInt8]? {
    var list = ExportedVariables(rest: Array(text)[...])
    while !list.rest.isEmpty {
      guard list.takeLine() else { return nil }
    }
    return list.kept
  }

  private mutating func takeLine() -> Bool {
    guard let attributes = takeBeginning() else { return false }
    let name = takeAll { $0 == UInt8(ascii: "_") || Self.isLetter($0) || Self.isDigit($0) }
    guard let first = name.first, !Self.isDigit(first) else { return false }
    if take("=") {
      let isNumber = attributes.contains(UInt8(ascii: "i"))
      let isList = !attributes.contains(UInt8(ascii: "A"))
      guard take("(") ? takeElements(isList, isNumber) : takeValue(isNumber) else { return false }
    }
    return take("\n")
  }

  /// What stands before a name, with its letters; one that makes the value more than a text is none of them.
  ///
  /// It is `declare -x` and a space, and in a shell that follows POSIX `export` and a space, with letters for
  /// arrays alone. Both are kept as the first.
  private mutating func takeBeginning() -> [UInt8]? {
    let isStandard = skip("export ")
    guard isStandard || skip("declare ") else { return nil }
    let hasLetters = skip("-")
    let letters = hasLetters ? Array(rest.prefix(while: Self.isLetter)) : []
    guard letters.allSatisfy("aAiclrux".utf8.contains),
      isStandard || letters.contains(UInt8(ascii: "x"))
    else { return nil }
    rest = rest.dropFirst(letters.count)
    guard !hasLetters || skip(" ") else { return nil }
    kept += "declare -\(isStandard ? "x" : "")".utf8
    kept += letters.filter { $0 != UInt8(ascii: "r") } + " ".utf8
    return letters
  }

  /// The elements of an array, up to its end.
  ///
  /// A key that is no word would be evaluated, and the keys of a list always are: a name stands for the
  /// value of a variable, which is evaluated in its turn.
  private mutating func takeElements(_ isList: Bool, _ isNumber: Bool) -> Bool {
    while !take(")") {
      guard take("["), !takeAll({ Self.isDigit($0) || !isList && Self.isLetter($0) }).isEmpty,
        take("]="),
        takeValue(isNumber)
      else { return false }
      _ = take(" ")
    }
    return true
  }

  /// A text in quotes in which nothing is expanded; for a number, which is evaluated, one of digits.
  private mutating func takeValue(_ isNumber: Bool) -> Bool {
    let isPlain = take("\"")
    guard isPlain || take("$'") else { return false }
    let (end, backslash) = (isPlain ? UInt8(ascii: "\"") : UInt8(ascii: "'"), UInt8(ascii: "\\"))
    while let byte = rest.first, byte != end {
      if isNumber, !Self.isDigit(byte), byte != UInt8(ascii: "-") { return false }
      if isPlain, byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`") { return false }
      keep(byte == backslash ? 2 : 1)
    }
    // Also where the text ends before the quotes do.
    guard !rest.isEmpty else { return false }
    keep(1)
    return true
  }

  private mutating func keep(_ count: Int) {
    kept += rest.prefix(count)
    rest = rest.dropFirst(count)
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let isThere = skip(text)
    if isThere { text.withUTF8Buffer { kept += $0 } }
    return isThere
  }

  /// Takes a text that is not kept.
  private mutating func skip(_ text: StaticString) -> Bool {
    let isThere = text.withUTF8Buffer { rest.starts(with: $0) }
    if isThere { rest = rest.dropFirst(text.utf8CodeUnitCount) }
    return isThere
  }

  private mutating func takeAll(_ belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let bytes = rest.prefix(while: belongs)
    keep(bytes.count)
    return bytes
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}
