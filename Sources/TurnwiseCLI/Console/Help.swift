internal import Turnwise

/// The help pages, made from the descriptions of the subcommands.
struct Help {
  /// The ids of the program's environments.
  let environments: [String]
  /// The columns of the terminal.
  let width: Int

  func overview(_ commands: [any Subcommand]) -> String {
    let names = commands.map(\.name.count).max() ?? 0
    let lines = commands.map {
      wrapped("  \(TerminalText.padded($0.name, to: names))  \($0.summary)", indent: names + 4)
    }
    let first = commands.first { $0.name == "compare" } ?? commands.first
    let start = first?.examples.first.map { Program.line($0, environments: environments) } ?? ""
    return """
      \(wrapped("Turnwise \(turnwiseVersion): train and judge multi-turn agents, turn by turn."))

      usage: \(Program.name) COMMAND [options]

      \(lines.joined(separator: "\n"))

      \(wrapped("'\(Program.name) COMMAND --help' explains a command. New here? Run: \(start)"))
      """
  }

  func page(_ command: any Subcommand) -> String {
    let operand = command.operand.map { " " + $0 } ?? ""
    let flags = command.flags + [.helpPage]
    let names = flags.map { "--\($0.name)" + ($0.value.map { " " + $0 } ?? "") }
    let column = min(28, names.map(\.count).max() ?? 0)
    func line(_ flag: Flag, _ name: String) -> String {
      let fallback = flag.defaultText.map { " [\($0)]" } ?? ""
      let isLong = name.count > column
      let text = flag.help + fallback
      return isLong
        ? "  \(name)\n"
          + wrapped(TerminalText.padded("", to: column + 4) + text, indent: column + 4)
        : wrapped("  \(TerminalText.padded(name, to: column))  \(text)", indent: column + 4)
    }
    var titles: [String?] = [nil]
    for flag in flags where !titles.contains(flag.group) { titles.append(flag.group) }
    let groups = titles.map { title in
      let lines = zip(flags, names).filter { $0.0.group == title }.map(line)
      return "\(title?.lowercased() ?? "options"):\n" + lines.joined(separator: "\n")
    }
    let examples = command.examples.map { "  " + Program.line($0, environments: environments) }
    let status =
      "status: 0 done, 1 the answer is no, 2 wrong usage, 3 bad data, 4 system, 130 interrupted"
    return """
      \(wrapped("\(command.summary.prefix(1).uppercased())\(command.summary.dropFirst())."))

      usage: \(Program.name) \(command.name)\(operand) [options]

      examples:
      \(examples.joined(separator: "\n"))

      \(groups.joined(separator: "\n\n"))

      \(wrapped(status))
      """
  }

  /// Wraps a line between words at the width of the terminal, with the following lines indented.
  private func wrapped(_ line: String, indent: Int = 0) -> String {
    // If hardly anything fits beside the indent, wrapping is left to the terminal.
    guard line.count > width, width - indent >= 16 else { return line }
    var lines: [String] = []
    var current = String(line.prefix { $0 == " " })
    var isEmpty = true
    for word in line.dropFirst(current.count).split(
      separator: " ", omittingEmptySubsequences: false)
    {
      if !isEmpty, !word.isEmpty, current.count + 1 + word.count > width {
        lines.append(current)
        current = String(repeating: " ", count: indent) + word
      } else {
        current += (isEmpty ? "" : " ") + word
      }
      isEmpty = false
    }
    return (lines + [current]).joined(separator: "\n")
  }
}
