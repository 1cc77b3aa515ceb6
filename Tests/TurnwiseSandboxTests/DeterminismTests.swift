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
  func `does the same, byte for byte`(command: String) async throws {
    let workspace = try Self.workspace.get()
    let first = try await play(Text(command), in: workspace)
    let second = try await play(Text(command), in: workspace)
    #expect(first == second)
    // In another slot, as another user, with another history.
    let elsewhere = Sandbox(slots: 1)
    try await play("echo something > else", by: elsewhere)
    #expect(try await play(Text(command), in: workspace, by: elsewhere) == first)
  }

  @Test func `draws other numbers from another seed`() async throws {
    let draws = try await [7, 8, 7].asyncMap { seed in
      try await Sandbox.patient.run("echo $RANDOM $RANDOM", in: .empty, seed: seed).output
    }
    #expect(draws[0] == draws[2])
    #expect(draws[0] != draws[1])
  }

  @Test func `writes each line of errors in one piece, whatever runs beside it`() async throws {
    for _ in 0..<5 {
      let result = try await play("for i in {10..29}; do ls missing$i & done; wait")
      let lines = String(decoding: result.standardError.text.bytes, as: UTF8.self)
        .split(separator: "\n").sorted()
      #expect(
        lines == (10...29).map { "ls: cannot access 'missing\($0)': No such file or directory" })
    }
  }

  @Test func `lists names in the order of the workspace, however they came to be there`()
    async throws
  {
    let made = try await play("for i in c a b; do echo $i > $i; done").workspace
    let built = try Workspace([("b", "b\n"), ("c", "c\n"), ("a", "a\n")])
    #expect(made == built)
    let listings = try await [made, built].asyncMap { try await play("ls -U", in: $0).output }
    #expect(listings[0] == listings[1])
  }
}
