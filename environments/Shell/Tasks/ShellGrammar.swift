/// Follows commands of bash line by line, as far as is necessary to know whether they are complete.
struct ShellGrammar {
  struct HereDocument {
    var delimiter: String
    var stripsTabs: Bool
    var line: Int
  }

  var scopes: [Scope] = []
  var pending: [HereDocument] = []
  /// Whether the next word is the name of a command.
  var isCommand = true
  /// Whether the line ends with `|`, `&&` or `||`, after which bash continues to read.
  var goesOn = false
  /// Whether the next line belongs to a here-document.
  var isInDocument = false
  /// Whether a line contains nothing but white space and a comment.
  var isEmpty = true
  /// Whether a backslash joins the next line to this one.
  var isContinued = false
  /// Whether the previous word was `for`, which `((` may follow.
  var isLoopHead = false
  /// Whether the next word is the name of a function, which its body follows.
  var wordAfterFunction = false
  var line: Int
  var text: [Character] = []
  var index = 0

  /// Starts at a line, counted from 1.
  init(firstLine: Int) { line = firstLine }

  /// Whether the lines so far are a complete command.
  var isComplete: Bool { scopes.isEmpty && pending.isEmpty && !goesOn }

  /// The construct that is open after the last line; nil if none is.
  var open: (line: Int, reason: String)? {
    if let document = pending.first {
      return (document.line, "the here-document has no line '\(document.delimiter)' at its end")
    }
    return scopes.last.map { ($0.line, $0.kind.reason) }
  }

  /// Reads a line.
  mutating func read(_ next: Substring) {
    defer { line += 1 }
    if isInDocument, let document = pending.first {
      let content = document.stripsTabs ? next.drop { $0 == "\t" } : next
      if content == document.delimiter { pending.removeFirst() }
      isInDocument = !pending.isEmpty
      return
    }
    let wentOn = goesOn
    (text, index, goesOn, isEmpty) = (Array(next), 0, false, !isInQuotes)
    // Between words, the end of a line is a separator; inside quotes it is a character.
    if !isInQuotes, !isContinued, scopes.last?.kind != .list { isCommand = true }
    isContinued = false
    while index < text.count { step() }
    if isEmpty { goesOn = wentOn }
    isInDocument = !pending.isEmpty && !isInQuotes && !isContinued
  }

  var isInQuotes: Bool {
    switch scopes.last?.kind {
    case .singleQuote, .ansiQuote, .doubleQuote, .backtick, .parameter: true
    default: false
    }
  }

  // MARK: - Quotes and expansions

  func peek(_ offset: Int = 0) -> Character? {
    text.indices.contains(index + offset) ? text[index + offset] : nil
  }

  func starts(with word: String) -> Bool { text[index...].starts(with: word) }

  mutating func push(_ kind: Scope.Kind, _ length: Int = 1) {
    scopes.append(Scope(kind: kind, line: line))
    index += length
  }

  mutating func pop(_ length: Int = 1) {
    scopes.removeLast()
    index += length
  }

  mutating func step() {
    switch scopes.last?.kind {
    case .singleQuote: if peek() == "'" { pop() } else { index += 1 }
    case .ansiQuote: quoted(until: "'", expands: false)
    case .backtick: quoted(until: "`", expands: false)
    case .doubleQuote: quoted(until: "\"", expands: true)
    case .parameter(let isQuoted): parameter(isQuoted)
    case .arithmetic(let depth): arithmetic(depth)
    default: command()
    }
  }

  /// Reads a backslash and the character after it, or a backslash at the end of a line.
  mutating func escape() {
    if index + 1 == text.count { isContinued = true }
    index += 2
  }

  mutating func quoted(until end: Character, expands: Bool) {
    guard let next = peek() else { return }
    if next == end {
      pop()
    } else if next == "\\" {
      index += 2
    } else if !expands || !expansion(isQuoted: true) {
      index += 1
    }
  }

  /// Reads what begins with `$` or a backtick.
  ///
  /// - Returns: Whether there was such an expansion.
  mutating func expansion(isQuoted: Bool) -> Bool {
    if peek() == "`" {
      push(.backtick)
      return true
    }
    guard peek() == "$" else { return false }
    if starts(with: "$((") {
      push(.arithmetic(0), 3)
    } else if starts(with: "$(") {
      push(.parenthesis(isWord: true), 2)
      isCommand = true
    } else if starts(with: "${") {
      push(.parameter(isQuoted: isQuoted), 2)
    } else if !isQuoted, starts(with: "$'") {
      push(.ansiQuote, 2)
    } else if !isQuoted, starts(with: "$\"") {
      push(.doubleQuote, 2)
    } else {
      index += peek(1) == "$" ? 2 : 1
    }
    return true
  }

  mutating func parameter(_ isQuoted: Bool) {
    switch peek() {
    case "}": pop()
    case "\\": index += 2
    case "'" where !isQuoted: push(.singleQuote)
    case "\"": push(.doubleQuote)
    default: if !expansion(isQuoted: isQuoted) { index += 1 }
    }
  }

  mutating func arithmetic(_ depth: Int) {
    func set(_ depth: Int) { scopes[scopes.count - 1].kind = .arithmetic(depth) }
    switch peek() {
    case "(":
      set(depth + 1)
      index += 1
    case ")" where depth > 0:
      set(depth - 1)
      index += 1
    case ")" where peek(1) == ")":
      pop(2)
      isCommand = true
    case "\\": index += 2
    case "'": push(.singleQuote)
    case "\"": push(.doubleQuote)
    default: if !expansion(isQuoted: false) { index += 1 }
    }
  }
}
