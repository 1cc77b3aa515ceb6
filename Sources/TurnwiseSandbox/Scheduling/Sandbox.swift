internal import Foundation
public import TurnwiseCore

/// Runs commands of an untrusted agent, each in a fresh sandbox around real bash.
///
///     let result = try await Sandbox.shared.run("sort -u names.txt", in: workspace, seed: 7)
///     print(result.status, result.standardOutput.text)
///
/// A sandbox is one set of slots; a command waits until one is free. Waiting blocks no thread of
/// Swift's pool, and cancelling the task kills the command. It is a class because it owns threads,
/// which end some time after its last reference.
public final class Sandbox: Sendable {
  /// What one command may use.
  public let limits: Limits
  /// The number of commands that run at once.
  public let slots: Int

  private let pool: Result<SlotPool, Trouble>

  /// A sandbox with the default limits and a slot for each processor.
  public static let shared = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount)

  /// Creates a sandbox.
  ///
  /// What stands in the way of commands is told to the first one; see ``probe()``. Where the machine
  /// has fewer threads or descriptors than this needs, fewer commands run at once.
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
      pool = .failure(.failure(code: "limits", message: error.description))
    }
  }

  deinit { if case .success(let pool) = pool { pool.close() } }

  /// Runs a command in a workspace.
  ///
  /// The same command, workspace and seed give the same result, as far as the command looks at
  /// nothing that differs by nature; <doc:TurnwiseSandbox> lists what does.
  ///
  /// - Parameters:
  ///   - command: What bash runs. It may span lines, and need not be UTF-8.
  ///   - workspace: The files and shell state that it finds.
  ///   - seed: Seeds `$RANDOM`.
  ///   - keepsTemporaryEntries: Whether `/tmp` is part of the workspace. If not, the command finds it
  ///     empty and what it leaves there is gone.
  /// - Returns: What the command did. That it fails, or goes beyond a limit, is a result.
  /// - Throws: ``CommandError`` where no shell could run such a command, which the agent should be
  ///   told; `Failure` with the boundary `sandbox` where the machinery failed, and with `cancelled`
  ///   where the task was cancelled.
  public func run(
    _ command: Text, in workspace: Workspace, seed: UInt64, keepsTemporaryEntries: Bool = true
  ) async throws -> CommandResult {
    if case .failure(let trouble) = pool { throw trouble.failure }
    if command.bytes.contains(0) { throw CommandError.containsNUL }
    if command.bytes.count > limits.commandBytes {
      throw CommandError.tooLong(bytes: command.bytes.count, limit: limits.commandBytes)
    }
    for entries in [workspace.entries, keepsTemporaryEntries ? workspace.temporaryEntries : []] {
      let size = entries.room
      if entries.count > limits.workspaceEntries || size > limits.workspaceBytes {
        throw Failure(
          .sandbox, code: "workspace",
          message: "The workspace (\(entries.count) entries, \(size) bytes) is larger than "
            + "the limits of the sandbox allow.")
      }
    }
    return try await perform(
      Order(command, in: workspace, seed: seed, keepsTemporaryEntries: keepsTemporaryEntries)
    ).mapError(\.failure).get()
  }

  /// Runs `true` as any command would be run.
  ///
  /// - Throws: ``Refusal``, with cause and remedy, where commands cannot be run here, and `Failure`
  ///   for trouble that may pass.
  public func probe() async throws {
    // A program in a process of its own, so that limits which let nothing start show here.
    let order = Order("(/usr/bin/true)", in: .empty, seed: 0, keepsTemporaryEntries: true)
    switch await perform(order) {
    case .success(let result) where result.ending == .exited(0): return
    case .success(let result):
      throw Refusal(
        .noPrograms,
        detail: result.standardError.text.string + HostLimit.hint(for: Errno(EAGAIN)))
    case .failure(.refused(let refusal)): throw refusal
    case .failure(.failed(let failure)): throw failure
    }
  }

  private func perform(_ order: Order) async -> Result<CommandResult, Trouble> {
    let pool: SlotPool
    switch self.pool {
    case .success(let started): pool = started
    case .failure(let trouble): return .failure(trouble)
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        order.await(continuation)
        pool.add(order)
      }
    } onCancel: {
      pool.cancel(order)
    }
  }
}

/// Why a text cannot be run as a command, for the agent to read.
public enum CommandError: Error, Hashable, Sendable, CustomStringConvertible {
  /// bash would silently leave out NUL bytes.
  case containsNUL
  /// The text is longer than a command may be.
  case tooLong(bytes: Int, limit: Int)

  /// The reason in a sentence.
  public var description: String {
    switch self {
    case .containsNUL: "The command contains a NUL byte."
    case .tooLong(let bytes, let limit):
      "The command has \(bytes) bytes; at most \(limit) are possible."
    }
  }
}
