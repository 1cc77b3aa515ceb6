internal import Glibc
internal import Synchronization
internal import TurnwiseCore

/// A command that waits for a slot or runs in one, seen from the task that asked for it.
final class Order: Sendable {
  let command: Text
  let workspace: Workspace
  let seed: UInt64
  /// Whether what the command leaves in `/tmp` is part of the workspace after it.
  let keepsTemporaryEntries: Bool

  private struct State {
    var continuation: CheckedContinuation<Result<CommandResult, Trouble>, Never>?
    var isCancelled = false
    var bell: Descriptor?
  }
  private let state = Mutex(State())

  init(
    _ command: Text, in workspace: Workspace, seed: UInt64, keepsTemporaryEntries: Bool
  ) {
    self.command = command
    self.workspace = keepsTemporaryEntries ? workspace : workspace.withoutTemporaryEntries()
    (self.seed, self.keepsTemporaryEntries) = (seed, keepsTemporaryEntries)
  }

  /// The claim to a sandbox that the workspace comes with.
  var lease: Int? { workspace.lease?.number }

  /// Whether nobody wants the result any more.
  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Keeps whom to tell the result.
  func await(_ continuation: CheckedContinuation<Result<CommandResult, Trouble>, Never>) {
    state.withLock { $0.continuation = continuation }
  }

  /// Names the event descriptor that wakes the slot which runs the command.
  func began(wakingBy bell: Descriptor) { state.withLock { $0.bell = bell } }

  /// Asks for the command to be killed.
  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      // Under the lock, so that a slot that has gone on to its next command is not woken.
      if let bell = state.bell {
        var one: UInt64 = 1
        _ = write(bell.raw, &one, 8)
      }
    }
  }

  /// Tells the result; only the first one is heard.
  func finish(_ result: Result<CommandResult, Trouble>) {
    let continuation = state.withLock { state in
      state.bell = nil
      return state.continuation.take()
    }
    continuation?.resume(returning: result)
  }
}

/// Why a command came to no result.
enum Trouble: Error {
  case refused(Sandbox.Refusal)
  case failed(Failure)

  static let cancelled = Trouble.failed(
    Failure(.cancelled, code: "cancelled", message: "The command was cancelled."))

  /// The machine has less memory left than `limits` keep for it.
  static func machineMemory(_ limits: Sandbox.Limits) -> Trouble {
    failure(
      code: "machine-memory",
      message: "The machine has less than \(limits.hostReserveBytes >> 20) MiB of memory left, so "
        + "the command that used most was stopped. Run fewer at once, or free memory.",
      retry: true)
  }

  static func failure(code: String, message: String, retry: Bool = false) -> Trouble {
    .failed(Failure(.sandbox, code: code, message: message, isRetryable: retry))
  }

  /// Trouble of the system that may have passed when the same is tried again; `what` is what could not
  /// be done.
  static func system(_ what: String, _ error: any Error) -> Trouble {
    let hint = (error as? Errno).map { HostLimit.hint(for: $0) } ?? ""
    return failure(code: "system", message: "\(what): \(error).\(hint)", retry: true)
  }

  /// What a caller of the sandbox gets to see.
  var failure: Failure {
    switch self {
    case .refused(let refusal):
      Failure(
        .sandbox, code: "refused-\(refusal.cause.rawValue)", message: refusal.description)
    case .failed(let failure): failure
    }
  }
}
