/// The changes of lines that mutation operators make.
extension SourceLine {
  /// Whether a token can be the left operand of an operator.
  func isOperand(_ index: Int) -> Bool {
    guard tokens.indices.contains(index) else { return false }
    return switch tokens[index].kind {
    case .name, .number, .string: true
    case .keyword: false
    case .symbol: [")", "]"].contains(tokens[index].text)
    }
  }

  /// Negates a comparison or a condition at a token.
  func negations(_ index: Int) -> [Edit] {
    switch tokens[index].text {
    case "==": return [exchange(index, by: "!=")]
    case "!=": return [exchange(index, by: "==")]
    case "not": return [drop(index)]
    case "in":
      guard token(index - 1) != "not", !tokens[..<index].contains(where: { $0.text == "for" })
      else {
        return []
      }
      return [exchange(index, by: "not in")]
    case "if", "while", "elif":
      let condition = tokens[(index + 1)...].prefix { $0.text != ":" }
      let hasOperator = condition.contains {
        ["==", "!=", "<", "<=", ">", ">=", "in", "not", "and", "or"].contains($0.text)
      }
      return hasOperator || index > 0 ? [] : [exchange(index, by: tokens[index].text + " not")]
    default: return []
    }
  }

  /// Replaces a variable that is read by the variables before and after it, in the order of the function.
  func otherVariables(_ index: Int) -> [Edit] {
    let token = tokens[index]
    guard token.kind == .name, tokens.first?.text != "def", self.token(index - 1) != ".",
      self.token(index + 1) != "(", self.token(index + 1) != "=", !isBound(index),
      let place = variables.firstIndex(of: token.text)
    else { return [] }
    return [place - 1, place + 1].filter(variables.indices.contains).map {
      exchange(index, by: variables[$0])
    }
  }

  /// Whether a name is set by a loop or by an assignment to several names.
  private func isBound(_ index: Int) -> Bool {
    if let loop = tokens[..<index].lastIndex(where: { $0.text == "for" }) {
      return !tokens[loop..<index].contains { $0.text == "in" }
    }
    let sign = tokens.firstIndex { $0.text == "=" }
    return sign.map { index < $0 && tokens[..<$0].contains { $0.text == "," } } ?? false
  }

  /// Replaces the whole statement.
  func replaceAll(by text: String) -> Edit {
    let start = tokens.first?.column ?? 0
    return Edit(token: 0, range: start..<self.text.utf8.count, text: text)
  }

  /// Whether a number is the default of a parameter or of a lookup.
  func isDefault(_ index: Int) -> Bool {
    guard tokens[index].kind == .number else { return false }
    if tokens.first?.text == "def" { return token(index - 1) == "=" }
    guard token(index - 1) == ",", token(index + 1) == ")" else { return false }
    return tokens[..<index].lastIndex { $0.text == "(" }.map { token($0 - 1) == "get" } ?? false
  }

  /// Exchanges the two arguments of the call whose function is at a token.
  func swap(_ index: Int) -> Edit? {
    guard tokens[index].kind == .name, tokens.first?.text != "def", token(index + 1) == "(",
      let (close, commas) = bracket(index + 1), commas.count == 1
    else { return nil }
    let (first, second) = (tokens[index + 2], tokens[commas[0] + 1])
    let bytes = Array(text.utf8)
    let one = String(decoding: bytes[first.column..<tokens[commas[0]].column], as: UTF8.self)
    let two = String(decoding: bytes[second.column..<tokens[close].column], as: UTF8.self)
    return Edit(
      token: index, range: first.column..<tokens[close].column, text: "\(two), \(one)")
  }

  /// Replaces a word by the next word of the program.
  func otherWord(_ index: Int) -> Edit? {
    guard words.count > 1, let place = words.firstIndex(of: tokens[index].text) else { return nil }
    return exchange(index, by: words[(place + 1) % words.count])
  }

  /// Replaces a slice that has one bound by the other part of the list.
  func otherSlice(_ index: Int) -> Edit? {
    guard tokens[index].text == ":",
      let open = tokens[..<index].lastIndex(where: { $0.text == "[" }),
      let close = bracket(open)?.close, close > index
    else { return nil }
    let bytes = Array(text.utf8)
    func words(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
    let range = tokens[open].end..<tokens[close].column
    if open + 1 == index {
      return Edit(
        token: index, range: range, text: words(tokens[index].end..<range.upperBound) + ":")
    }
    guard index + 1 == close else { return nil }
    return Edit(
      token: index, range: range, text: ":" + words(range.lowerBound..<tokens[index].column))
  }
}
