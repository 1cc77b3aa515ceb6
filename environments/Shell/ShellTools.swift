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
    let reply = try await Self.run(
      arguments.command, in: &state.workspace, of: sandbox, limit: outputLimit, using: &random)
    state.note(reply)
    return ToolReply(reply)
  }

  /// Runs a command in a workspace.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - workspace: The files and shell state, which the command changes.
  ///   - sandbox: Where it runs.
  ///   - limit: The number of bytes of its output that the agent is shown.
  ///   - random: Gives the seed of `$RANDOM`.
  /// - Returns: What the agent is shown.
  /// - Throws: A `ToolRefusal` if no shell could run the command, or a `Failure` of the sandbox.
  static func run(
    _ command: Text, in workspace: inout Workspace, of sandbox: Sandbox, limit: Int,
    using random: inout Randomness
  ) async throws -> Text {
    let result: CommandResult
    do {
      result = try await sandbox.run(command, in: workspace, seed: random.next())
    } catch let error as CommandError {
      throw ToolRefusal(error.description)
    }
    workspace = result.workspace
    return reply(to: result, limit: limit)
  }

  /// What the command wrote, and how it ended if it failed.
  private static func reply(to result: CommandResult, limit: Int) -> Text {
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
