/// A list of variables as `export -p` of bash prints it: a declaration with a plain value on each line.
///
/// The next shell evaluates the list. A command can write any text in place of the list of its shell.
/// If all text were accepted, code (a function, a trap, a background process) could be passed on that
/// is neither a file, a directory nor a variable.
struct ExportedVariables {
  private var rest: ArraySlice<UInt8>
  private var kept: [UInt8] = []
  /// Returns a list whose variables are all writable, or nil if `text` is not such a list.
  ///
  /// A shell could not work if its own variables were read-only.
  static func writable(_ text: some Collection<UInt8>) -> [UInt8]? {
    var list = ExportedVariables(rest: Array(text)[...])
    while !list.rest.isEmpty {
      guard list.takeLine() else { return nil }
    }
    return list.kept
  }

  private mutating func takeLine() -> Bool {
    guard let attributes = takeBeginning() else { return false }
    let name = takeAll { $0 == UInt8(ascii: "_") || Self.isLetter($0) || $0.isDigit }
    guard let first = name.first, !first.isDigit else { return false }
    if take("=") {
      let isNumber = attributes.contains(UInt8(ascii: "i"))
      let isList = !attributes.contains(UInt8(ascii: "A"))
      guard take("(") ? takeElements(isList, isNumber) : takeValue(isNumber) else { return false }
    }
    return take("\n")
  }

  /// Takes the text before a name: `declare -x`, or `export` in a shell that follows POSIX.
  ///
  /// Both are kept as `declare -x`. A flag that makes the value more than a text, such as `n` for a
  /// reference to another variable, is rejected.
  ///
  /// - Returns: The flags, or nil if the line begins differently.
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

  /// Takes the elements of an array, up to its end.
  ///
  /// Keys of a list are always evaluated, and so are other keys that are not a word. A name would
  /// stand for the value of a variable, which would be evaluated in turn. So keys of a list must be
  /// digits, and other keys letters and digits.
  private mutating func takeElements(_ isList: Bool, _ isNumber: Bool) -> Bool {
    while !take(")") {
      guard take("["), !takeAll({ $0.isDigit || !isList && Self.isLetter($0) }).isEmpty,
        take("]="),
        takeValue(isNumber)
      else { return false }
      _ = take(" ")
    }
    return true
  }

  /// Takes a quoted text in which nothing is expanded; a number, which is evaluated, must be digits.
  private mutating func takeValue(_ isNumber: Bool) -> Bool {
    let isPlain = take("\"")
    guard isPlain || take("$'") else { return false }
    let (end, backslash) = (isPlain ? UInt8(ascii: "\"") : UInt8(ascii: "'"), UInt8(ascii: "\\"))
    while let byte = rest.first, byte != end {
      if isNumber, !byte.isDigit, byte != UInt8(ascii: "-") { return false }
      if isPlain, byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`") { return false }
      keep(byte == backslash ? 2 : 1)
    }
    // The quotes must be closed.
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

  /// Takes a text without keeping it.
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

  private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }
}
