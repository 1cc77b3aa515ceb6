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

  private let pool: SlotPool

  /// A sandbox with the default limits and a slot for each processor.
  public static let shared = Sandbox(slots: ProcessInfo.processInfo.activeProcessorCount)

  /// Creates a sandbox.
  ///
  /// Nothing is checked before the first command; see ``probe()``.
  ///
  /// - Parameters:
  ///   - slots: The number of commands that run at once.
  ///   - limits: What one command may use.
  public init(slots: Int, limits: Limits = Limits()) {
    require(slots > 0, "A sandbox needs at least one slot, not \(slots).")
    (self.slots, self.limits) = (slots, limits)
    pool = SlotPool(slots: slots, limits)
  }

  deinit { pool.close() }

  /// Runs a command in a workspace.
  ///
  /// The same command, workspace and seed give the same result, as far as the command looks at
  /// nothing that differs by nature; <doc:TurnwiseSandbox> lists what does.
  ///
  /// - Parameters:
  ///   - command: What bash runs. It may span lines, and need not be UTF-8.
  ///   - workspace: The files and shell state that it finds.
  ///   - seed: Seeds `$RANDOM`.
  /// - Returns: What the command did. That it fails, or goes beyond a limit, is a result.
  /// - Throws: ``CommandError`` where no shell could run such a command, which the agent should be
  ///   told; `Failure` with the boundary `sandbox` where the machinery failed, and with `cancelled`
  ///   where the task was cancelled.
  public func run(_ command: Text, in workspace: Workspace, seed: UInt64) async throws
    -> CommandResult
  {
    if command.bytes.contains(0) { throw CommandError.containsNUL }
    if command.bytes.count > limits.commandBytes {
      throw CommandError.tooLong(bytes: command.bytes.count, limit: limits.commandBytes)
    }
    let size = workspace.room
    if workspace.entries.count > limits.workspaceEntries || size > limits.workspaceBytes {
      throw Failure(
        .sandbox, code: "workspace",
        message: "The workspace (\(workspace.entries.count) entries, \(size) bytes) is larger than "
          + "the limits of the sandbox allow.")
    }
    return try await perform(command, in: workspace, seed: seed).mapError(\.failure).get()
  }

  /// Runs `true` as any command would be run.
  ///
  /// - Throws: ``Refusal``, with cause and remedy, where commands cannot be run here, and `Failure`
  ///   for trouble that may pass.
  public func probe() async throws {
    // A program in a process of its own, so that limits which let nothing start show here.
    switch await perform("(/usr/bin/true)", in: .empty, seed: 0) {
    case .success(let result) where result.ending == .exited(0): return
    case .success(let result):
      throw Refusal(.noPrograms, detail: result.standardError.text.string)
    case .failure(.refused(let refusal)): throw refusal
    case .failure(.failed(let failure)): throw failure
    }
  }

  private func perform(_ command: Text, in workspace: Workspace, seed: UInt64) async
    -> Result<CommandResult, Trouble>
  {
    let order = Order(command, in: workspace, seed: seed)
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
