/// Divides a solution into turns: a blank line ends a turn unless bash would continue to read.
///
/// It knows as much of bash's grammar as that needs: quotes, here-documents, comments, expansions,
/// parentheses, and the words that open and close commands of several lines. Other errors are found by
/// bash itself (``SolutionSyntax``).
struct SolutionReader {
  /// A command of one or several lines.
  struct Turn: Hashable {
    /// The line at which it begins, from 1.
    var line: Int
    var text: String
  }

  /// A construct that is open at the end of the text.
  struct Problem: Error, Hashable {
    /// The line that opens it, from 1.
    var line: Int
    var reason: String
  }

  /// Returns the turns of a text.
  ///
  /// Comments above a command are omitted. A turn that begins with `submit` is not a command of bash and
  /// ends at the next blank line.
  ///
  /// - Parameter text: The text. Its lines may end with CR LF, which bash would take for a part of the
  ///   command.
  /// - Returns: The turns, whose lines end with line feeds.
  /// - Throws: The construct that is open at the end of the text.
  static func turns(of text: String) throws(Problem) -> [Turn] {
    let lines = text.replacing("\r\n", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false)
    var turns: [Turn] = []
    var start = 0
    while start < lines.count {
      if lines[start].allSatisfy(\.isWhitespace) || lines[start].hasPrefix("#") {
        start += 1
        continue
      }
      var grammar = ShellGrammar(firstLine: start + 1)
      let isBash = !lines[start].hasPrefix(TaskSolution.submit)
      var end = start
      repeat {
        if isBash { grammar.read(lines[end]) }
        end += 1
      } while end < lines.count
        && !(lines[end].allSatisfy(\.isWhitespace) && (!isBash || grammar.isComplete))
      if isBash, let open = grammar.open {
        throw Problem(line: open.line, reason: open.reason)
      }
      turns.append(Turn(line: start + 1, text: lines[start..<end].joined(separator: "\n")))
      start = end
    }
    return turns
  }
}
