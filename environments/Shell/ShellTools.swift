internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Runs a command in the sandbox.
struct Bash: Tool {
  static let name = "bash"
  static let summary = """
    Runs a bash command in the workspace and prints what it wrote, errors where they arose; of long \
    output the beginning, the end and the last errors. Files (also those in /tmp), the working \
    directory and exported variables stay for the next command; processes do not.
    """
  static let help = ["command": "What bash is given, as it is."]

  struct Arguments: Decodable { var command: Text }

  let sandbox: Sandbox
  let outputLimit: Int

  func call(
    _ arguments: Arguments, on state: inout Shell.State, using random: inout Randomness
  ) async throws -> ToolReply {
    let result: CommandResult
    do {
      result = try await sandbox.run(arguments.command, in: state.workspace, seed: random.next())
    } catch let error as CommandError {
      throw ToolRefusal(error.description)
    }
    state.workspace = result.workspace
    let reply = Self.reply(to: result, limit: outputLimit)
    state.note(reply)
    return ToolReply(reply)
  }

  /// What was written, where it arose, and how the command ended if that was not well.
  static func reply(to result: CommandResult, limit: Int) -> Text {
    let text = result.transcript.excerpt(limit: limit)
    guard let ending = ending(of: result) else { return text }
    return text.isEmpty ? Text(ending) : "\(text)\n\(ending)"
  }

  private static func ending(of result: CommandResult) -> String? {
    if let limit = result.limit { return "stopped by the limit on \(limit.rawValue)" }
    return result.status == 0 ? nil : "exit \(result.status)"
  }
}

/// Ends the episode with an answer.
struct Submit: Tool {
  static let name = "submit"
  static let summary = "Ends the task with an answer; without a question any answer will do."
  static let help = ["answer": "What was asked for."]

  struct Arguments: Decodable { var answer: Text }

  func call(
    _ arguments: Arguments, on state: inout Shell.State, using random: inout Randomness
  ) -> ToolReply {
    state.answer = arguments.answer
    return ToolReply("", endsEpisode: true)
  }
}
