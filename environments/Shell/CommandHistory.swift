internal import TurnwiseCore

/// What an agent knows about an episode: the commands that it ran and their replies.
///
/// The expert decides on this alone, so its episodes can be imitated.
struct CommandHistory {
  /// A command that was run.
  struct Entry {
    /// The command as it was given to bash.
    var command: String
    /// What the agent read.
    var reply: String
    /// Whether it failed.
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
      // The status of a pipe is that of its last command, so the text is checked too.
      let hasFailed =
        reply.isRefusal || text.contains("No such file")
        || text.split(separator: "\n").last?.hasPrefix("exit ") == true
      return Entry(command: command, reply: text, hasFailed: hasFailed)
    }
  }

  /// Whether a command was tried, successfully or not.
  func hasTried(_ command: String) -> Bool { entries.contains { $0.command == command } }

  /// The reply to the last command that begins like this, succeeded and printed something.
  func reply(to beginning: String) -> String? {
    entries.last { $0.command.hasPrefix(beginning) && !$0.hasFailed && !$0.reply.isEmpty }?.reply
  }

  /// The first line of ``reply(to:)``.
  func line(from beginning: String) -> String? {
    reply(to: beginning)?.split(separator: "\n").first.map(String.init)
  }

  /// The last command that begins like this and succeeded.
  func command(_ beginning: String) -> String? {
    entries.last { $0.command.hasPrefix(beginning) && !$0.hasFailed }?.command
  }

  /// The last word, a path, of the last command that begins like this and succeeded.
  func path(in beginning: String) -> String? {
    command(beginning)?.split(separator: " ").last.map(String.init)
  }
}

extension String {
  /// The last word of a line.
  var lastWord: String { split(separator: " ").last.map(String.init) ?? "" }
}
