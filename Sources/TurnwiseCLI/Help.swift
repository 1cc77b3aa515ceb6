internal import Turnwise

/// The help pages, made from what the subcommands say of themselves.
enum Help {
  static func overview(_ commands: [any Subcommand]) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    let lines = commands.map { "  \(pad($0.name, width))  \($0.summary)" }
    return """
      Turnwise \(turnwiseVersion): train and judge multi-turn agents, turn by turn.

      usage: turnwise COMMAND [options]

      \(lines.joined(separator: "\n"))

      'turnwise COMMAND --help' explains a command. New here? Run: \(firstCommand(commands))
      """
  }

  private static func firstCommand(_ commands: [any Subcommand]) -> String {
    commands.lazy.compactMap { $0.name == "compare" ? $0.examples.first : nil }.first
      ?? commands.first?.examples.first ?? ""
  }

  static func page(_ command: any Subcommand) -> String {
    let operand = command.operand.map { " " + $0 } ?? ""
    let flags = command.flags + [.helpPage]
    let names = flags.map { "--\($0.name)" + ($0.value.map { " " + $0 } ?? "") }
    let width = min(28, names.map(\.count).max() ?? 0)
    let lines = zip(flags, names).map { flag, name in
      let fallback = flag.defaultText.map { " [\($0)]" } ?? ""
      let gap = name.count > width ? "\n  " + String(repeating: " ", count: width) : ""
      return "  \(pad(name, width))\(gap)  \(flag.help)\(fallback)"
    }
    return """
      \(command.summary.prefix(1).uppercased())\(command.summary.dropFirst()).

      usage: turnwise \(command.name)\(operand) [options]

      examples:
      \(command.examples.map { "  " + $0 }.joined(separator: "\n"))

      options:
      \(lines.joined(separator: "\n"))

      status: 0 done, 1 the answer is no, 2 wrong usage, 3 bad data, 4 system, 130 interrupted
      """
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
