import Foundation
import TurnwiseCore
import TurnwiseSandbox

extension AttackCase {
  private static let before = Result { try Workspace([("kept", "as it was\n")]) }

  /// A command that exceeds a limit and is stopped, which leaves the workspace as it was.
  private static func stopped(
    _ name: String, _ command: Text, by limit: CommandResult.Limit, _ outcome: String,
    _ change: @escaping @Sendable (inout Sandbox.Limits) -> Void = { _ in }
  ) -> AttackCase {
    AttackCase(name) {
      let workspace = try before.get()
      let result = try await play(command, in: workspace, by: .limited(change))
      return Outcome(
        result.limit == limit ? outcome : "\(result.ending)", result.limit == limit,
        result.workspace == workspace)
    }
  }

  /// Cases 1 to 10: commands that use more than their share.
  static let resources: [AttackCase] = [
    AttackCase("fork bomb") {
      // The count uses builtins only, because no program can be started.
      let result = try await play(
        """
        f() { f | f & }; f 2>/dev/null; most=0
        for i in {1..300}; do set -- /proc/[0-9]*; [ $# -gt $most ] && most=$#; done; echo $most
        """)
      let most = Int(result.output.dropLast()) ?? .max
      let next = try await play("echo well")
      return Outcome(
        "\(most) processes at most; the next command works", (2...48).contains(most),
        next.output == "well\n")
    },
    AttackCase(
      "memory of one process", "python3 -c 'x = bytearray(3 << 30)' 2>/dev/null; echo $?",
      prints: "1\n", "refused to the process (MemoryError)"),
    stopped(
      "memory of many processes",
      """
      for i in 1 2 3 4; do
        python3 -c 'x = bytearray(b"x" * (60 << 20)); input()' < <(sleep 99) &
      done; wait
      """, by: .memory, "stopped for memory; workspace as before"
    ) { $0.memoryBytes = 128 << 20 },
    AttackCase("filling the disk") {
      let result = try await play(
        """
        dd if=/dev/zero of=big bs=1M count=100 status=none
        for i in 1 2 3 4; do dd if=/dev/zero of=b$i bs=1M count=20 status=none; done
        cat big b? | wc -c
        """)
      let size = Int(result.output.dropLast()) ?? .max
      return Outcome(
        "\(size >> 20) MiB, then ENOSPC", size <= 32 << 20, size > 31 << 20,
        result.errors.contains("No space left on device"))
    },
    AttackCase("filling /tmp, /dev/shm, /, /dev") {
      let result = try await play(
        """
        for f in /tmp/x /dev/shm/y; do dd if=/dev/zero of=$f bs=1M count=100 status=none; done
        cat /tmp/x /tmp/y | wc -c; : > /x; : > /dev/x
        """)
      let size = Int(result.output.dropLast()) ?? .max
      let errors = result.errors
      return Outcome(
        "\(size >> 20) MiB of memory in all; / and /dev are read-only", size <= 32 << 20,
        errors.contains("No space left on device"),
        errors.contains("/x: Read-only file system"), errors.contains("/dev/x: "))
    },
    stopped(
      "inode flood", "i=0; while : > n$i; do i=$((i+1)); done", by: .files,
      "stopped for files; workspace as before"),
    AttackCase(
      "sparse file",
      "{ truncate -s 1T s; echo $?; } 2>/dev/null; truncate -s 30M s; stat -c %s s; rm s",
      prints: "153\n31457280\n", "SIGXFSZ beyond the limit; counted by its apparent size"),
    stopped(
      "deep directories", "while mkdir d && cd d; do :; done", by: .files,
      "stopped for files; deleted with its file system"
    ) { $0.workspaceEntries = 300 },
    AttackCase("infinite output") {
      let first = try await play("yes")
      let second = try await play("yes")
      return Outcome(
        "stopped for output at 8 MiB, always at the same byte", first.limit == .output,
        first == second, first.standardOutput.isTruncated,
        first.standardOutput.text.bytes.count < 40 << 10)
    },
    AttackCase("very long line") {
      let result = try await play("head -c 5000000 /dev/zero | tr '\\0' a")
      let text = result.standardOutput.text.string
      return Outcome(
        "head and tail kept, 4967232 bytes counted", result.status == 0,
        text.contains("\n[… 4967232 bytes omitted …]\n"))
    },
  ]
}
