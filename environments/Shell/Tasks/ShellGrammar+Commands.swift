/// Reading between words: separators, redirections, parentheses and here-documents.
extension ShellGrammar {
  mutating func command() {
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

  mutating func semicolon() {
    if case .choice = scopes.last?.kind, starts(with: ";;") || starts(with: ";&") {
      scopes[scopes.count - 1].kind = .choice(.pattern)
    }
    while peek() == ";" || peek() == "&" { index += 1 }
    isCommand = true
  }

  mutating func connective(_ next: Character) {
    let isPair = peek(1) == next || next == "|" && peek(1) == "&"
    // `&>` and `&>>` are redirections.
    index += isPair || next == "&" && peek(1) == ">" ? 2 : 1
    let isAlternative = scopes.last?.kind == .choice(.pattern)
    isCommand = !isAlternative
    let rest = text[index...].drop { $0 == " " || $0 == "\t" }
    let ends = rest.isEmpty || rest.first == "#" || rest.elementsEqual("\\")
    goesOn = ends && (isPair || next == "|")
  }

  mutating func redirection() {
    index += 1
    while let next = peek(), "<>&|".contains(next) { index += 1 }
  }

  mutating func opening() {
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

  mutating func closing() {
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

  mutating func hereDocument() {
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
}
