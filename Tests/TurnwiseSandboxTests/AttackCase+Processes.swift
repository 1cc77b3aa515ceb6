import Foundation
import TurnwiseCore
import TurnwiseReport
import TurnwiseSandbox

extension AttackCase {
  /// Cases 11 to 18: odd output, missing input, and processes that try to outlive their command.
  static let processes: [AttackCase] = [
    AttackCase("invalid UTF-8 and NUL") {
      let result = try await play("printf '\\xff\\xfe\\x00ok\\x80\\n'")
      let text = result.standardOutput.text
      return Outcome(
        "kept byte for byte; shown as \(TerminalText.escaped(text))",
        text == Text([0xFF, 0xFE, 0, 0x6F, 0x6B, 0x80, 0x0A]),
        text.string == "\u{FFFD}\u{FFFD}\0ok\u{FFFD}\n")
    },
    AttackCase("terminal escapes") {
      let result = try await play("printf '\\033]0;x\\007\\033[2J\\r\\b\\302\\233'")
      let shown = TerminalText.escaped(result.standardOutput.text)
      return Outcome(
        "kept as bytes; shown as \(shown)",
        result.standardOutput.text.bytes.count == 14,
        shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F })
    },
    AttackCase(
      "reading standard input", "read x; echo $?; cat; python3 -c 'input()' 2>&1 | tail -1",
      prints: "1\nEOFError: EOF when reading a line\n", "ends at once"),
    AttackCase("timeout with TERM ignored") {
      let sandbox = Sandbox.limited { $0.seconds = 1 }
      let result = try await play(
        "echo early; trap '' TERM INT HUP; while :; do sleep 1; done", by: sandbox)
      let next = try await play("ps -e --no-headers -o comm", by: sandbox)
      return Outcome(
        "killed at the deadline, output kept, no process left", result.limit == .time,
        result.output == "early\n", next.output == "bash\nps\n")
    },
    AttackCase("processor time") {
      let result = try await play(
        "while :; do :; done", by: .limited { $0.processorSeconds = 1 })
      return Outcome("killed by the kernel (SIGKILL)", result.ending == .signaled(9))
    },
    AttackCase("daemon that writes later") {
      let sandbox = Sandbox.limited { _ in }
      let result = try await play(
        "setsid nohup sh -c 'sleep 0.3; echo late > late' >/dev/null 2>&1 & disown; echo now",
        "sleep 0.6; ls; ps -e --no-headers -o comm | sort -u | tr '\\n' ' '", by: sandbox)
      return Outcome(
        "ended with its command: no file, no process",
        result.output.hasPrefix("bash ps sort tr") || result.output.hasPrefix("bash ps"),
        !result.output.contains("sleep"), result.workspace.paths.isEmpty)
    },
    AttackCase(
      "daemon that keeps the output open", "setsid sleep 1000 & echo background",
      prints: "background\n", "the command returns without it"),
    AttackCase(
      "zombies",
      """
      for i in {1..20}; do (sleep 0.01 &); done
      for i in {1..3000}; do
        ps -e --no-headers -o stat,comm | grep -qE '^Z|sleep' || { echo none; break; }; sleep 0.01
      done
      """,
      prints: "none\n", "none in the sandbox; for the host see SoakTests"),
  ]
}
