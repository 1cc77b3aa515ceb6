import Foundation
import Testing
import TurnwiseCore
import TurnwiseSandbox

@Suite struct `A cancelled command` {
  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 50])
  func `ends at once, whatever it was doing`(milliseconds: Int) async throws {
    let task = Task { try await play("sleep 1000") }
    try await Task.sleep(for: .milliseconds(milliseconds))
    task.cancel()
    await #expect {
      try await task.value
    } throws: { ($0 as? Failure)?.boundary == .cancelled }
  }

  @Test func `does not start if it was cancelled before`() async throws {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await play("sleep 1000")
    }
    await #expect(throws: Failure.self) { try await task.value }
  }

  @Test func `leaves the queue without waiting for a slot`() async throws {
    let sandbox = Sandbox.limited { $0.seconds = 3600 }
    let first = Task { try await play("sleep 1000", by: sandbox) }
    let second = Task { try await play("true", by: sandbox) }
    let third = Task { try await play("echo third", by: sandbox) }
    try await Task.sleep(for: .milliseconds(50))
    second.cancel()
    await #expect(throws: Failure.self) { try await second.value }
    first.cancel()
    await #expect(throws: Failure.self) { try await first.value }
    #expect(try await third.value.output == "third\n")
  }

  @Test func `frees its slot for the next command`() async throws {
    let sandbox = Sandbox(slots: 2)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<24 {
        group.addTask {
          let task = Task { try await play("sleep 0.02; echo \(number)", by: sandbox) }
          if number % 2 == 0 {
            try await Task.sleep(for: .milliseconds(number * 3))
            task.cancel()
            _ = try? await task.value
          } else {
            #expect(try await task.value.output == "\(number)\n")
          }
        }
      }
      try await group.waitForAll()
    }
  }
}

@Suite struct `Many commands at once` {
  @Test func `block no thread of Swift's pool`() async throws {
    // Far more than the pool has threads. If each blocked one, the timer below could not fire.
    var limits = Sandbox.Limits()
    limits.seconds = 600
    let sandbox = Sandbox(slots: 16, limits: limits)
    let sleepers = (0..<16).map { _ in Task { try await play("sleep 1000", by: sandbox) } }
    try await Task.sleep(for: .milliseconds(200))
    for sleeper in sleepers { sleeper.cancel() }
    for sleeper in sleepers { await #expect(throws: Failure.self) { try await sleeper.value } }
  }

  @Test func `do not mix up their workspaces and outputs`() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<40 {
        group.addTask {
          let workspace = try Workspace([("n", "\(number)")])
          let result = try await play("cat n > m; echo $(($(cat m) * 2))", in: workspace)
          #expect(result.output == "\(number * 2)\n")
          #expect(result.workspace["m"] == "\(number)")
        }
      }
      try await group.waitForAll()
    }
  }
}
