/// A line of a program, as mutation operators see it.
struct SourceLine {
  /// The text.
  let text: String
  /// Its tokens.
  let tokens: [PythonToken]
  /// The parameters and variables of the function that contains the line, in the order of their first
  /// occurrence.
  let variables: [String]
  /// The words that occur as strings in the program, in the order of their first occurrence.
  let words: [String]
  /// Whether the line is the whole body of the condition in the previous line.
  let isGuarded: Bool

  /// A replacement of a part of the line.
  struct Edit: Hashable {
    /// The token at which the operator was applied.
    var token: Int
    /// The bytes that are replaced.
    var range: Range<Int>
    /// The replacement.
    var text: String
  }

  /// Returns the line after an edit.
  func applying(_ edit: Edit) -> String {
    let bytes = Array(text.utf8)
    return String(decoding: bytes[..<edit.range.lowerBound], as: UTF8.self) + edit.text
      + String(decoding: bytes[edit.range.upperBound...], as: UTF8.self)
  }

  /// The text of a token; nil if there is no such token.
  func token(_ index: Int) -> String? { tokens.indices.contains(index) ? tokens[index].text : nil }

  /// Replaces a token.
  func exchange(_ index: Int, by text: String) -> Edit {
    Edit(token: index, range: tokens[index].column..<tokens[index].end, text: text)
  }

  /// Removes a token and the space after it.
  func drop(_ index: Int) -> Edit {
    let end = tokens.indices.contains(index + 1) ? tokens[index + 1].column : tokens[index].end
    return Edit(token: index, range: tokens[index].column..<end, text: "")
  }

  /// Finds the token that closes the bracket at a token, and the commas between the two at its level.
  func bracket(_ open: Int) -> (close: Int, commas: [Int])? {
    var (depth, commas) = (0, [Int]())
    for index in tokens.indices[open...] {
      switch tokens[index].text {
      case "(", "[", "{": depth += 1
      case ")", "]", "}":
        depth -= 1
        if depth == 0 { return (index, commas) }
      case "," where depth == 1: commas.append(index)
      default: break
      }
    }
    return nil
  }
}

extension SourceLine {
  /// Returns the lines of all files of a program, by file.
  static func lines(of program: Program) -> [[SourceLine]] {
    let tokens = program.files.map { $0.lines.map(PythonToken.tokens) }
    let strings = tokens.joined().joined().filter { $0.kind == .string }
    let words = unique(strings.map(\.text).filter { $0.dropFirst().first?.isLetter ?? false })
    return zip(program.files, tokens).map { file, tokens in
      file.lines.indices.map { index in
        SourceLine(
          text: file.lines[index], tokens: tokens[index],
          variables: variables(around: index, in: tokens), words: words,
          isGuarded: isGuarded(index, in: tokens))
      }
    }
  }

  /// The variables of the function that contains a line; none outside functions.
  private static func variables(around index: Int, in lines: [[PythonToken]]) -> [String] {
    func isHead(_ line: Int) -> Bool { lines[line].first?.text == "def" }
    guard let start = lines.indices[...index].last(where: isHead) else { return [] }
    let end = lines.indices[(start + 1)...].first(where: isHead) ?? lines.count
    var names: [String] = []
    for line in lines[start..<end] {
      for (place, token) in line.enumerated() where token.kind == .name {
        let (before, after) = (
          place > 0 ? line[place - 1].text : "", place + 1 < line.count ? line[place + 1].text : ""
        )
        if before != ".", before != "def", after != "(", after != "." { names.append(token.text) }
      }
    }
    let globals = lines.joined().filter { $0.text == $0.text.uppercased() }.map(\.text)
    return unique(names).filter { !globals.contains($0) }
  }

  private static func isGuarded(_ index: Int, in lines: [[PythonToken]]) -> Bool {
    guard index > 0, lines[index - 1].first?.text == "if", let own = lines[index].first?.column
    else {
      return false
    }
    return index + 1 == lines.count || (lines[index + 1].first?.column ?? 0) < own
  }

  private static func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
