/// Follows commands of bash line by line, as far as it takes to know whether they are complete.
struct ShellGrammar {
  /// What has begun and not ended.
  fileprivate struct Scope {
    enum Kind: Hashable {
      case singleQuote, ansiQuote, doubleQuote, backtick
      /// `${…}`; within double quotes an apostrophe in it is no quote.
      case parameter(isQuoted: Bool)
      /// `(…)`, or `$(…)` and `<(…)`, which are parts of words.
      case parenthesis(isWord: Bool)
      /// The elements of an array, or of a pattern.
      case list
      /// `((…))`, `$((…))`, with the parentheses that are open in it.
      case arithmetic(Int)
      case brace
      /// `[[ … ]]`
      case test
      /// A word that opens a command, and the one that closes it.
      case block(String, closing: String)
      /// `case`: before `in`, at a pattern, in a command.
      case choice(Choice)
    }
    enum Choice: Hashable { case subject, pattern, command }
    var kind: Kind
    var line: Int
  }

  private struct HereDocument {
    var delimiter: String
    var stripsTabs: Bool
    var line: Int
  }

  private var scopes: [Scope] = []
  private var pending: [HereDocument] = []
  /// Whether the next word is the name of a command.
  private var isCommand = true
  /// Whether the last thing that was read was `|`, `&&` or `||`, after which bash reads on.
  private var goesOn = false
  private var line: Int
  private var text: [Character] = []
  private var index = 0

  /// Begins with a line, counted from 1.
  init(firstLine: Int) { line = firstLine }

  /// Whether what was read is a complete command.
  var isComplete: Bool { scopes.isEmpty && pending.isEmpty && !goesOn }

  /// What is open after the last line; nil if nothing is.
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
    // Between words a line end is a separator; within quotes it is a character.
    if !isInQuotes, !isContinued, scopes.last?.kind != .list { isCommand = true }
    isContinued = false
    while index < text.count { step() }
    if isEmpty { goesOn = wentOn }
    isInDocument = !pending.isEmpty && !isInQuotes && !isContinued
  }

  /// Whether the lines that come are those of here-documents.
  private var isInDocument = false
  /// Whether a line holds nothing but white space and a comment.
  private var isEmpty = true
  /// Whether a backslash joined the next line to this one.
  private var isContinued = false

  private var isInQuotes: Bool {
    switch scopes.last?.kind {
    case .singleQuote, .ansiQuote, .doubleQuote, .backtick, .parameter: true
    default: false
    }
  }

  // MARK: Characters

  private func peek(_ offset: Int = 0) -> Character? {
    text.indices.contains(index + offset) ? text[index + offset] : nil
  }

  private func starts(with word: String) -> Bool { text[index...].starts(with: word) }

  private mutating func push(_ kind: Scope.Kind, _ length: Int = 1) {
    scopes.append(Scope(kind: kind, line: line))
    index += length
  }

  private mutating func pop(_ length: Int = 1) {
    scopes.removeLast()
    index += length
  }

  private mutating func step() {
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

  /// A backslash with the character after it, or at the end of a line.
  private mutating func escape() {
    if index + 1 == text.count { isContinued = true }
    index += 2
  }

  private mutating func quoted(until end: Character, expands: Bool) {
    guard let next = peek() else { return }
    if next == end {
      pop()
    } else if next == "\\" {
      index += 2
    } else if !expands || !expansion(isQuoted: true) {
      index += 1
    }
  }

  /// What begins with `$` or a backtick; false if nothing does.
  private mutating func expansion(isQuoted: Bool) -> Bool {
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

  private mutating func parameter(_ isQuoted: Bool) {
    switch peek() {
    case "}": pop()
    case "\\": index += 2
    case "'" where !isQuoted: push(.singleQuote)
    case "\"": push(.doubleQuote)
    default: if !expansion(isQuoted: isQuoted) { index += 1 }
    }
  }

  private mutating func arithmetic(_ depth: Int) {
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

  // MARK: Commands

  private mutating func command() {
    guard let next = peek() else { return }
    if next == " " || next == "\t" {
      index += 1
      return
    }
    if next == "#" {
      index = text.count
      return
    }
    isEmpty = false
    switch next {
    case ";": semicolon()
    case "|", "&": connective(next)
    case "<" where starts(with: "<<<"): index += 3
    case "<" where starts(with: "<<"): hereDocument()
    case "<" where peek(1) == "(", ">" where peek(1) == "(":
      push(.parenthesis(isWord: true), 2)
      isCommand = true
    case "<", ">": redirection()
    case "(": opening()
    case ")": closing()
    default: word()
    }
  }

  private mutating func semicolon() {
    if case .choice = scopes.last?.kind, starts(with: ";;") || starts(with: ";&") {
      scopes[scopes.count - 1].kind = .choice(.pattern)
    }
    while peek() == ";" || peek() == "&" { index += 1 }
    isCommand = true
  }

  private mutating func connective(_ next: Character) {
    let isPair = peek(1) == next || next == "|" && peek(1) == "&"
    // &> and &>> are redirections.
    index += isPair || next == "&" && peek(1) == ">" ? 2 : 1
    let isAlternative = scopes.last?.kind == .choice(.pattern)
    isCommand = !isAlternative
    let rest = text[index...].drop { $0 == " " || $0 == "\t" }
    let ends = rest.isEmpty || rest.first == "#" || rest.elementsEqual("\\")
    goesOn = ends && (isPair || next == "|")
  }

  private mutating func redirection() {
    index += 1
    while let next = peek(), "<>&|".contains(next) { index += 1 }
  }

  private mutating func opening() {
    if scopes.last?.kind == .choice(.pattern) {
      index += 1
    } else if peek(1) == "(", isCommand || isLoopHead {
      isLoopHead = false
      push(.arithmetic(0), 2)
    } else {
      push(scopes.last?.kind == .list ? .list : .parenthesis(isWord: false))
      isCommand = true
    }
  }

  /// Whether the word before was `for`, which may be followed by `((`.
  private var isLoopHead = false

  private mutating func closing() {
    switch scopes.last?.kind {
    case .choice(.pattern):
      scopes[scopes.count - 1].kind = .choice(.command)
      index += 1
      isCommand = true
    case .parenthesis(let isWord):
      pop()
      isCommand = !isWord
    case .list:
      pop()
      isCommand = false
    default: index += 1
    }
  }

  private mutating func hereDocument() {
    index += 2
    let stripsTabs = peek() == "-"
    if stripsTabs { index += 1 }
    while peek() == " " || peek() == "\t" { index += 1 }
    var delimiter = ""
    while let next = peek(), !" \t;|&<>()".contains(next) {
      switch next {
      case "'", "\"":
        let quote = next
        index += 1
        while let next = peek(), next != quote {
          delimiter.append(next)
          index += 1
        }
      case "\\":
        index += 1
        if let next = peek() { delimiter.append(next) }
      default: delimiter.append(next)
      }
      index += 1
    }
    pending.append(HereDocument(delimiter: delimiter, stripsTabs: stripsTabs, line: line))
  }

  // MARK: Words

  private mutating func word() {
    let depth = scopes.count
    var plain = ""
    while let next = peek(), !" \t;|&<>()".contains(next) {
      switch next {
      case "\\": escape()
      case "'": push(.singleQuote)
      case "\"": push(.doubleQuote)
      default:
        if expansion(isQuoted: false) { break }
        plain.append(next)
        index += 1
        continue
      }
      // Quoted words are no words of the grammar; what is quoted is read where it ends.
      plain.append("\u{0}")
      while scopes.count > depth, index < text.count { step() }
      if scopes.count > depth { break }
    }
    // Nothing but the joint of two lines.
    if isContinued, plain == "\u{0}" { return }
    if peek() == "(", plain.hasSuffix("=") || "?*+@!".contains(plain.last ?? " ") {
      push(.list)
      isCommand = false
      return
    }
    reserved(plain)
  }

  private static let openers = [
    "if": "fi", "for": "done", "while": "done", "until": "done", "select": "done",
  ]
  private static let before: Set<String> = ["then", "else", "elif", "do", "!", "time", "coproc"]

  private mutating func reserved(_ word: String) {
    let wasCommand = isCommand
    isCommand = false
    isLoopHead = false
    if case .choice(let choice) = scopes.last?.kind {
      if choice == .subject {
        if word == "in" { scopes[scopes.count - 1].kind = .choice(.pattern) }
        return
      }
      if word == "esac", wasCommand {
        scopes.removeLast()
        return
      }
      if choice == .pattern { return }
    }
    if scopes.last?.kind == .test {
      if word == "]]" { scopes.removeLast() }
      return
    }
    guard wasCommand else {
      isCommand = wordAfterFunction
      wordAfterFunction = false
      return
    }
    if let closing = Self.openers[word] {
      push(.block(word, closing: closing), 0)
      isCommand = word == "if" || word == "while" || word == "until"
      isLoopHead = word == "for"
    } else if case .block(_, word) = scopes.last?.kind {
      scopes.removeLast()
      isCommand = true
    } else if word == "case" {
      push(.choice(.subject), 0)
    } else if word == "{" {
      push(.brace, 0)
      isCommand = true
    } else if word == "}" {
      if scopes.last?.kind == .brace { scopes.removeLast() }
      isCommand = true
    } else if word == "[[" {
      push(.test, 0)
    } else if word == "function" {
      wordAfterFunction = true
    } else {
      isCommand = Self.before.contains(word)
    }
  }

  /// Whether the next word is the name of a function, after which its body follows.
  private var wordAfterFunction = false
}

extension ShellGrammar.Scope.Kind {
  fileprivate var reason: String {
    switch self {
    case .singleQuote, .ansiQuote: "a quote ' is not closed"
    case .doubleQuote: "a quote \" is not closed"
    case .backtick: "a quote ` is not closed"
    case .parameter: "${ is not closed"
    case .parenthesis, .list: "( is not closed"
    case .arithmetic: "(( is not closed"
    case .brace: "{ is not closed"
    case .test: "[[ is not closed"
    case .block(let word, let closing): "'\(word)' has no '\(closing)'"
    case .choice: "'case' has no 'esac'"
    }
  }
}
