import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  /// Commands that must end with a status and leave a shell that works and keeps its variables.
  private static func statuses(
    _ name: String, _ commands: [(Text, Int)], _ outcome: String
  ) -> AttackCase {
    AttackCase(name) {
      var wrong: [String] = []
      for (command, status) in commands {
        let result = try await play("cd /usr; export KEPT=1", command)
        let next = try await play("echo $KEPT well", in: result.workspace)
        if result.status != status || next.output != "1 well\n" {
          wrong.append("\(command.string.prefix(20)): \(result.status), \(next.output)")
        }
      }
      return Outcome(wrong.isEmpty ? outcome : wrong.joined(separator: "; "), wrong.isEmpty)
    }
  }

  /// Cases 37 and 38: commands that break the shell, and commands that are empty, long or invalid.
  static let shell: [AttackCase] = [
    statuses(
      "breaking the shell",
      [
        ("exec true", 0), ("echo \"open", 2), ("if then", 2), ("cat <<X\nopen heredoc", 0),
        ("trap - EXIT; cd /tmp", 0), ("return 4 2>/dev/null; exit 4", 4),
        ("export PATH=/nope", 0), ("exec 6>&-", 0), ("exec sh -c 'kill -9 $$; exit 3'", 3),
        ("ulimit -t 0; while :; do :; done", 137),
      ], "the status of bash; the next command works, with the variables that were exported"),
    AttackCase("odd commands") {
      let long = Text(String(repeating: ": abcdefgh;\n", count: 25_000) + "exit 7")
      var statuses: [Int] = []
      for command: Text in [long, "", "# only a comment", "exit 300", "no-such-command"] {
        statuses.append(try await play(command).status)
      }
      do {
        try await play("a\0b")
        return Outcome("a NUL byte was accepted", false)
      } catch let error as CommandError {
        return Outcome(
          "\(statuses.map(String.init).joined(separator: ", ")); NUL refused by the host",
          error == .containsNUL, statuses == [7, 0, 0, 44, 127])
      }
    },
  ]
}
