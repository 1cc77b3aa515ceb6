internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Checks in a sandbox that bash can read the turns of a solution.
struct SolutionSyntax {
  /// The turns.
  let turns: [String]

  /// Lets bash read all turns without running them.
  ///
  /// - Parameter folder: The path of the task that errors show.
  /// - Throws: A ``TaskFileError`` with the line of the first error, or a `Failure` of the sandbox.
  func check(in folder: String) async throws {
    let commands = turns.enumerated().filter { !$0.element.hasPrefix(TaskSolution.submit) }
    guard !commands.isEmpty else { return }
    let files = commands.map { index, text in
      // The names are in the order of the turns, of which there are at most a thousand.
      (path: Text(String(format: "%04d", index)), contents: Text(text + "\n"))
    }
    let result = try await TaskStage.syntax.run(try Workspace(files), on: .empty)
    let printed = result.standardOutput.text.string.split(separator: "\n").map(String.init)
    guard let name = printed.first, let turn = Int(name), turns.indices.contains(turn) else {
      return
    }
    let file = "\(folder)/\(TaskFolder.solution)"
    // The message of bash begins with the name of its file and the line in it.
    let message = printed.dropFirst().first ?? ""
    let parts = message.split(separator: ":", maxSplits: 2).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 3, parts[1].hasPrefix("line "), let line = Int(parts[1].dropFirst(5))
    else { throw TaskFileError(file, .badSolution("turn \(turn + 1): \(message)")) }
    guard let first = Self.line(ofTurn: turn, in: file) else {
      throw TaskFileError(file, .badSolution("turn \(turn + 1), line \(line): \(parts[2])"))
    }
    throw TaskFileError(file, line: first + line - 1, .badSolution(parts[2]))
  }

  /// The line at which a turn begins in a file; nil if the file no longer exists, as for a recorded run.
  private static func line(ofTurn turn: Int, in file: String) -> Int? {
    guard let bytes = try? Data(contentsOf: URL(filePath: file)),
      let turns = try? SolutionReader.turns(of: String(decoding: bytes, as: UTF8.self)),
      turns.indices.contains(turn)
    else { return nil }
    return turns[turn].line
  }
}
