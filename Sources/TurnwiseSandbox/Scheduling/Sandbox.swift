internal import Foundation
public import TurnwiseCore

/// Runs commands of an untrusted agent in real bash, each in fresh namespaces.
///
///     let result = try await Sandbox.shared.run("sort -u names.txt", in: workspace, seed: 7)
///     print(result.status, result.standardOutput.text)
///
/// A sandbox has a fixed number of slots, and a command waits until one is free. Waiting blocks no
/// thread of Swift's pool, and cancelling the task kills the command. A sandbox is a class because it
/// owns threads, which end some time after its last reference.
public final class Sandbox: Sendable {
  /// What one command may use.
  public let limits: Limits
  /// The number of commands that run at once.
  public let slots: Int

  private let pool: Result<SlotPool, CommandFailure>

  /// A sandbox with the default limits and one slot per processor.
  public static let shared = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount)

  /// Creates a sandbox.
  ///
  /// If commands cannot be run here, the first command throws the reason; see ``probe()``. If the
  /// machine has fewer threads or descriptors than requested, fewer commands run at once.
  ///
  /// - Parameters:
  ///   - slots: The number of commands that run at once.
  ///   - limits: What one command may use.
  public init(slots: Int, limits: Limits = Limits()) {
    require(slots > 0, "A sandbox needs at least one slot, not \(slots).")
    (self.slots, self.limits) = (slots, limits)
    do throws(LimitError) {
      try limits.validate()
      pool = Result { () throws(Refusal) in try SlotPool(slots: slots, limits) }
        .mapError { .refused($0) }
    } catch {
      pool = .failure(.sandbox(code: "limits", message: error.description))
    }
  }

  deinit { if case .success(let pool) = pool { pool.close() } }

  /// Runs a command in a workspace.
  ///
  /// The same command, workspace and seed give the same result, unless the command uses something
  /// that differs by nature, such as the clock; <doc:TurnwiseSandbox> lists what does.
  ///
  /// - Parameters:
  ///   - command: The text that bash runs. It may have several lines, and need not be UTF-8.
  ///   - workspace: The files and shell state before the command.
  ///   - seed: The seed of `$RANDOM`.
  ///   - keepsTemporaryEntries: Whether `/tmp` is part of the workspace. If not, it is empty before
  ///     the command, and what the command leaves there is dropped.
  /// - Returns: The result of the command. A command that fails or exceeds a limit has a result too.
  /// - Throws: ``CommandError`` if no shell could run the text, for the agent to read; `Failure` with
  ///   the boundary `sandbox` if the sandbox failed, and with `cancelled` if the task was cancelled.
  public func run(
    _ command: Text, in workspace: Workspace, seed: UInt64, keepsTemporaryEntries: Bool = true
  ) async throws -> CommandResult {
    if case .failure(let failure) = pool { throw failure.failure }
    if command.bytes.contains(0) { throw CommandError.containsNUL }
    if command.bytes.count > limits.commandBytes {
      throw CommandError.tooLong(bytes: command.bytes.count, limit: limits.commandBytes)
    }
    for entries in [workspace.entries, keepsTemporaryEntries ? workspace.temporaryEntries : []] {
      let size = entries.allocatedBytes
      if entries.count > limits.workspaceEntries || size > limits.workspaceBytes {
        throw Failure(
          .sandbox, code: "workspace",
          message: "The workspace (\(entries.count) entries, \(size) bytes) is larger than "
            + "the limits of the sandbox allow.")
      }
    }
    return try await perform(
      CommandJob(command, in: workspace, seed: seed, keepsTemporaryEntries: keepsTemporaryEntries)
    ).mapError(\.failure).get()
  }

  /// Checks that commands can be run, by running `true` as any other command.
  ///
  /// - Throws: ``Refusal`` with cause and remedy if commands cannot be run here, and `Failure` for a
  ///   failure that may be temporary.
  public func probe() async throws {
    // The program gets a process of its own, to notice limits with which nothing can be started.
    let job = CommandJob("(/usr/bin/true)", in: .empty, seed: 0, keepsTemporaryEntries: true)
    switch await perform(job) {
    case .success(let result) where result.ending == .exited(0): return
    case .success(let result):
      throw Refusal(
        .noPrograms,
        detail: result.standardError.text.string + ResourceLimit.hint(for: Errno(EAGAIN)))
    case .failure(.refused(let refusal)): throw refusal
    case .failure(.failed(let failure)): throw failure
    }
  }

  private func perform(_ job: CommandJob) async -> Result<CommandResult, CommandFailure> {
    let pool: SlotPool
    switch self.pool {
    case .success(let started): pool = started
    case .failure(let failure): return .failure(failure)
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        job.await(continuation)
        pool.add(job)
      }
    } onCancel: {
      pool.cancel(job)
    }
  }
}
