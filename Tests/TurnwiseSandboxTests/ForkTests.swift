import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `The fork of a workspace` {
  @Test func `has the same results as its original, and sees nothing of its siblings`() async throws
  {
    let start = try await play(
      "mkdir src; echo 1 > src/n; export N=3; cd src; echo $RANDOM > r; cp r /tmp/r"
    ).workspace
    let script: [Text] = [
      "echo $((N * $(cat n))) > n; ls -U", "export N=$((N + 1)); mv n m; find /workspace",
      "cat m r /tmp/r; echo $RANDOM > /tmp/r; python3 -c 'print({\"a\", \"b\", \"c\"})'",
    ]
    func follow() async throws -> [CommandResult] {
      var (state, results) = (start, [CommandResult]())
      for command in script {
        results.append(try await Sandbox.patient.run(command, in: state, seed: 11))
        state = results[results.count - 1].workspace
      }
      return results
    }
    async let one = follow()
    async let two = follow()
    async let other = play("rm -rf /workspace/*; export N=100", in: start)
    let (first, second) = try await (one, two)
    #expect(first == second)
    #expect(try await other.workspace.paths.isEmpty)
    #expect(try await follow() == first)
    #expect(start["src/n"] == "1\n")
  }
}
