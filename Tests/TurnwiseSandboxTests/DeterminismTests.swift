import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The same command in the same workspace with the same seed` {
  static let workspace = Result {
    try Workspace((0..<60).map { ("d\($0 * 7 % 5)/f\($0 * 13 % 61)", "\($0)\n") })
  }

  @Test(arguments: [
    "find .", "ls -U d0 d1 d2", "ls -lR", "ls -iR", "stat -c '%i %y %s' *", "echo $RANDOM $RANDOM",
    "env", "export -p", "id; hostname; umask; ulimit -a", "echo $$ $PPID; sh -c 'echo $$'", "df .",
    "python3 -c \"print({'a', 'b', 'c', 'd'}, object(), id('x'))\"",
    "python3 -c \"import os; print(os.listdir('.'), dict(os.environ))\"",
    "awk 'BEGIN { srand(3); print rand() }'", "shuf --random-source=<(yes) -e 1 2 3 4",
    "tar -cf - . | sha256sum", "set; true", "cat /proc/self/maps | cut -d' ' -f1", "grep -r 1 .",
    "locale; date -d @0", "echo a > b; cp -r d0 e; rm d1/*; find . ; ls -U", "cat missing; exit 3",
  ])
  func `has the same result, byte for byte`(command: String) async throws {
    let workspace = try Self.workspace.get()
    let first = try await play(Text(command), in: workspace)
    let second = try await play(Text(command), in: workspace)
    #expect(first == second)
    // The same in another slot, as another user, after another command.
    let elsewhere = Sandbox(slots: 1)
    try await play("echo something > else", by: elsewhere)
    #expect(try await play(Text(command), in: workspace, by: elsewhere) == first)
  }

  @Test func `draws other numbers with another seed`() async throws {
    let draws = try await [7, 8, 7].asyncMap { seed in
      try await Sandbox.patient.run("echo $RANDOM $RANDOM", in: .empty, seed: seed).output
    }
    #expect(draws[0] == draws[2])
    #expect(draws[0] != draws[1])
  }

  /// Programs that write at the same time; a `%` is a pause.
  private static let concurrent = [
    "for i in 1 2 3 4 5; do (%; ls nosuch$i; %; echo out$i; %) & %; done; wait",
    "(% ; ls nosuch1; %; ls nosuch2) | (%; sort nosuch3; %) | %; wc -l nosuch4; %",
    "seq 6 | xargs -P4 -I{} sh -c '%; ls nosuch{}; %; echo {}'",
    "(%; ls nosuch1 & %; ls nosuch2; %); wait; %; ls nosuch3 & %; echo end; wait",
    """
    python3 -c "
    import subprocess
    all = [subprocess.Popen(['sh', '-c', f'%; ls nosuch{i}; %; echo e >&2']) for i in range(4)]
    [p.wait() for p in all]; raise SystemExit('end')" & %; echo main; %; wait
    """,
    "printf 'ls nosuch1 | sort nosuch2 &\n%; echo end >&2; wait\n' > s; sh s & %; bash s; %; wait",
    "timeout 9 ls nosuch1 & %; nohup ls nosuch2 & %; setsid -w ls nosuch3; %; wait",
    "exec 2>&1; for i in a b c; do (%; echo $i; %; python3 -c 1/0; %; echo $i) & done; wait",
  ]

  @Test(arguments: concurrent.indices)
  func `has the same output, however long its programs take`(index: Int) async throws {
    var random = Randomness(seed: UInt64(index))
    var first: CommandResult?
    for _ in 0..<10 {
      // Only the length of a pause differs, because the order depends on which processes are started.
      var command = ""
      for part in Self.concurrent[index].split(separator: "%", omittingEmptySubsequences: false) {
        if !command.isEmpty {
          command += "sleep 0.0\([0, 0, 1, 3].randomElement(using: &random) ?? 0)"
        }
        command += part
      }
      let result = try await play(Text(command))
      #expect(result.transcript == (first ?? result).transcript)
      #expect(result.standardError == (first ?? result).standardError)
      first = first ?? result
    }
    #expect(first?.errors.contains("nosuch") == true || first?.output.contains("Zero") == true)
  }

  @Test func `lists names in the order of the workspace, however they were created`()
    async throws
  {
    let made = try await play("for i in c a b; do echo $i > $i; done").workspace
    let built = try Workspace([("b", "b\n"), ("c", "c\n"), ("a", "a\n")])
    #expect(made == built)
    let listings = try await [made, built].asyncMap { try await play("ls -U", in: $0).output }
    #expect(listings[0] == listings[1])
  }
}
