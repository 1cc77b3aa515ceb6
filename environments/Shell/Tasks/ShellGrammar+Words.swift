/// Reading of words, and of the reserved words that open and close blocks.
extension ShellGrammar {
  mutating func word() {
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
      // A quoted word is not a reserved word. The quoted text is read to its end.
      plain.append("\u{0}")
      while scopes.count > depth, index < text.count { step() }
      if scopes.count > depth { break }
    }
    // The word is nothing but a backslash that joins two lines.
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

  mutating func reserved(_ word: String) {
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
}
