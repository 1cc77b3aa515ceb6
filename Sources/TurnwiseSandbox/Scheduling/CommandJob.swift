internal import Glibc
internal import Synchronization
internal import TurnwiseCore

/// A command that waits for a slot or runs in one, as the task that asked for it sees it.
final class CommandJob: Sendable {
  let command: Text
  let workspace: Workspace
  let seed: UInt64
  /// Whether what the command leaves in `/tmp` is part of the workspace after it.
  let keepsTemporaryEntries: Bool

  private struct State {
    var continuation: CheckedContinuation<Result<CommandResult, CommandFailure>, Never>?
    var isCancelled = false
    /// Wakes the slot that runs the command.
    var wakeUp: Descriptor?
  }
  private let state = Mutex(State())

  init(
    _ command: Text, in workspace: Workspace, seed: UInt64, keepsTemporaryEntries: Bool
  ) {
    self.command = command
    self.workspace = keepsTemporaryEntries ? workspace : workspace.withoutTemporaryEntries()
    (self.seed, self.keepsTemporaryEntries) = (seed, keepsTemporaryEntries)
  }

  /// The number of the lease that the workspace brings, if it brings one.
  var lease: Int? { workspace.lease?.number }

  /// Whether the task that asked for the command was cancelled.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Sets the continuation that receives the result.
  func await(_ continuation: CheckedContinuation<Result<CommandResult, CommandFailure>, Never>) {
    state.withLock { $0.continuation = continuation }
  }

  /// Sets the event descriptor that wakes the slot which runs the command.
  func began(wakingBy wakeUp: Descriptor) { state.withLock { $0.wakeUp = wakeUp } }

  /// Asks for the command to be killed.
  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      // Written while the lock is held, so that a slot which has begun another command is not woken.
      if let wakeUp = state.wakeUp {
        var one: UInt64 = 1
        _ = write(wakeUp.raw, &one, 8)
      }
    }
  }

  /// Delivers the result; does nothing after the first time.
  func finish(_ result: Result<CommandResult, CommandFailure>) {
    let continuation = state.withLock { state in
      state.wakeUp = nil
      return state.continuation.take()
    }
    continuation?.resume(returning: result)
  }
}
