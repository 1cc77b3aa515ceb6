import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

/// A shell is started before its command is known, which the command must not notice.
@Suite struct `A shell that waits for its command` {
  @Test func `counts seconds from the start of its command`() async throws {
    let sandbox = Sandbox(slots: 1, limits: Sandbox.patient.limits)
    let first = try await play("export N=1", by: sandbox)
    // If the shell counted this time, `SECONDS` would be at least 3.
    try await Task.sleep(for: .seconds(3))
    let second = try await play("echo $((SECONDS < 3)) $N", in: first.workspace, by: sandbox)
    #expect(second.output == "1 1\n")
  }

  @Test func `is replaced if it was killed`() async {
    await #expect(processExitsWith: .success) {
      let sandbox = Sandbox(slots: 1, limits: Sandbox.patient.limits)
      var workspace = try await play("echo 1 > n", by: sandbox).workspace
      // The shells are children of this process, and no command runs in them now.
      var killed = 0
      for number in 1...5 {
        for child in try childrenOfThisProcess() where child.name == "bash" {
          kill(child.process, SIGKILL)
          // This waits until the shell has ended; the slot reaps it.
          var end = siginfo_t()
          waitid(P_PID, id_t(child.process), &end, WEXITED | WNOWAIT)
          killed += 1
        }
        let result = try await play("cat n; echo \(number)", in: workspace, by: sandbox)
        #expect(result.output == "1\n\(number)\n")
        workspace = result.workspace
      }
      #expect(killed > 0)
    }
  }
}
