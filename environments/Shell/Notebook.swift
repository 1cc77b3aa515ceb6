internal import TurnwiseCore

/// What an agent knows of an episode: the commands it ran and what they answered.
///
/// The expert decides on this alone, so that its episodes can be imitated.
struct Notebook {
  /// A command that was run.
  struct Entry {
    /// What bash was given.
    var command: String
    /// What it answered.
    var reply: String
    /// Whether it went wrong.
    var hasFailed: Bool
  }

  /// The commands, oldest first.
  let entries: [Entry]

  /// Reads the turns of an episode.
  init(_ turns: [Turn]) {
    entries = turns.compactMap { turn in
      guard let call = turn.action.calls.first, call.name == "bash",
        case .string(let command)? = call.arguments["command"], let reply = turn.replies.first
      else { return nil }
      let text = reply.text.string
      // The status of a pipe is that of its last command, so the words count too.
      let hasFailed =
        reply.isRefusal || text.contains("No such file")
        || text.split(separator: "\n").last?.hasPrefix("exit ") == true
      return Entry(command: command, reply: text, hasFailed: hasFailed)
    }
  }

  /// Whether a command was tried, with or without success.
  func hasTried(_ command: String) -> Bool { entries.contains { $0.command == command } }

  /// What the last command with this beginning answered, if it succeeded and printed something.
  func reply(to beginning: String) -> String? {
    entries.last { $0.command.hasPrefix(beginning) && !$0.hasFailed && !$0.reply.isEmpty }?.reply
  }

  /// The first line of ``reply(to:)``.
  func line(from beginning: String) -> String? {
    reply(to: beginning)?.split(separator: "\n").first.map(String.init)
  }

  /// The last command with this beginning that succeeded.
  func command(_ beginning: String) -> String? {
    entries.last { $0.command.hasPrefix(beginning) && !$0.hasFailed }?.command
  }

  /// The path that a command with this beginning was successfully given as its last word.
  func path(in beginning: String) -> String? {
    command(beginning)?.split(separator: " ").last.map(String.init)
  }
}

extension String {
  /// The last word of a line.
  var lastWord: String { split(separator: " ").last.map(String.init) ?? "" }
}
