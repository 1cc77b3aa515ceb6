internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Runs a command in the sandbox.
struct Bash: Tool {
  static let name = "bash"
  static let summary = """
    Runs a bash command in the workspace and prints what it wrote. Files (also those in /tmp), the \
    working directory and exported variables stay for the next command; processes do not.
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
    let reply = Self.reply(to: result, of: arguments.command, limit: outputLimit)
    state.note(reply)
    return ToolReply(reply)
  }

  /// Sorts the lines of errors where several programs ran at once: in which order they complain is
  /// then a matter of luck, and the same turn must have the same reply.
  private static func ordered(_ errors: [UInt8], of command: Text) -> [UInt8] {
    let joins = [UInt8(ascii: "|"), UInt8(ascii: "&")]
    guard command.bytes.contains(where: joins.contains) else { return errors }
    let lines = errors.split(separator: UInt8(ascii: "\n"))
    return Array(
      lines.sorted { $0.lexicographicallyPrecedes($1) }.joined(separator: [UInt8(ascii: "\n")]))
  }

  /// What was written, the errors last, and how the command ended if that was not well.
  static func reply(to result: CommandResult, of command: Text, limit: Int) -> Text {
    var bytes = result.standardOutput.text.bytes
    if !result.standardError.text.isEmpty {
      if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
      bytes += ordered(result.standardError.text.bytes, of: command)
    }
    while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.count > limit {
      bytes = bytes.prefix(limit) + Array("\n… \(bytes.count - limit) more bytes".utf8)
    }
    guard let ending = ending(of: result) else { return Text(bytes) }
    return Text(bytes + Array((bytes.isEmpty ? ending : "\n" + ending).utf8))
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
