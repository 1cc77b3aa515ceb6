public import TurnwiseCore

/// What a command did.
public struct CommandResult: Codable, Sendable {
  /// How a command came to its end.
  public enum Ending: Codable, Hashable, Sendable {
    /// The shell ended with a status from 0 to 255.
    case exited(Int)
    /// A signal ended the shell.
    case signaled(Int)
    /// The command went beyond a limit and everything it had started was killed.
    case stopped(Limit)
  }

  /// A limit that stops a command.
  public enum Limit: String, Codable, Hashable, Sendable, CaseIterable {
    /// The wall-clock time.
    case time
    /// The bytes of one output.
    case output
    /// The entries, depth or bytes of the workspace.
    case files
    /// The memory of all processes.
    case memory
  }

  /// What a command cost, which differs from run to run.
  public struct Usage: Codable, Hashable, Sendable {
    /// The processor time of everything that ran in the command's world.
    public var processorSeconds = 0.0
    /// The wall-clock time from the making of its world to the result.
    public var wallSeconds = 0.0
  }

  /// The workspace after the command; as it was before where the command was stopped.
  ///
  /// How far a command got before it was stopped depends on the machine. So that the next state does
  /// not, a stopped command leaves no trace in it.
  public internal(set) var workspace: Workspace
  /// How the command came to its end.
  public let ending: Ending
  /// What was written to the standard output.
  public let standardOutput: CapturedOutput
  /// What was written to the standard error.
  public let standardError: CapturedOutput
  /// Whether the shell handed on its state; else the workspace still holds the one before.
  ///
  /// A shell that ends by `exec`, a signal, or with its state over ``ShellState/limit`` does not.
  public let isShellStateSaved: Bool
  /// What the command cost.
  public let usage: Usage

  /// The status as a shell would report it: 128 and the number of the signal, 137 where stopped.
  public var status: Int {
    switch ending {
    case .exited(let status): status
    case .signaled(let signal): 128 + signal
    case .stopped: 137
    }
  }

  /// The limit that stopped the command, if one did.
  public var limit: Limit? { if case .stopped(let limit) = ending { limit } else { nil } }
}

extension CommandResult: Equatable {
  /// Compares what was done, not what it cost.
  public static func == (left: CommandResult, right: CommandResult) -> Bool {
    left.workspace == right.workspace && left.ending == right.ending
      && left.standardOutput == right.standardOutput && left.standardError == right.standardError
      && left.isShellStateSaved == right.isShellStateSaved
  }
}

/// The beginning and the end of what a command wrote to one of its outputs.
public struct CapturedOutput: Codable, Hashable, Sendable {
  /// The first bytes.
  public let head: Text
  /// The last bytes, where there were more than ``head`` holds.
  public let tail: Text
  /// The number of bytes between the two that were not kept.
  public let omittedBytes: Int

  /// Creates an output.
  public init(head: Text, tail: Text = "", omittedBytes: Int = 0) {
    (self.head, self.tail, self.omittedBytes) = (head, tail, omittedBytes)
  }

  /// Whether bytes are missing.
  public var isTruncated: Bool { omittedBytes > 0 }

  /// The output, with a line that gives the number of missing bytes where there are any.
  public var text: Text {
    guard isTruncated else { return Text(head.bytes + tail.bytes) }
    return Text(head.bytes + Array("\n[… \(omittedBytes) bytes omitted …]\n".utf8) + tail.bytes)
  }
}

/// Collects an output as it comes, in bounded memory.
struct OutputCollector {
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var total = 0
  private let limits: Sandbox.Limits

  init(_ limits: Sandbox.Limits) { self.limits = limits }

  /// Whether more came than a command may write.
  private(set) var isOverfull = false

  /// Takes the next bytes.
  ///
  /// What is beyond the limit is not looked at: what was collected when a command is stopped for it
  /// does not depend on how fast it was stopped.
  mutating func take(_ bytes: ArraySlice<UInt8>) {
    let allowed = limits.outputBytes - total
    isOverfull = isOverfull || bytes.count > allowed
    let bytes = bytes.prefix(allowed)
    total += bytes.count
    let first = bytes.prefix(limits.outputHeadBytes - head.count)
    head += first
    tail += bytes.dropFirst(first.count)
    // Trimmed at twice the size, so that each byte is moved once on average.
    if tail.count > 2 * limits.outputTailBytes + 4096 { trim() }
  }

  private mutating func trim() {
    tail.removeFirst(max(0, tail.count - limits.outputTailBytes))
  }

  /// What was collected.
  var captured: CapturedOutput {
    let tail = tail.suffix(limits.outputTailBytes)
    return CapturedOutput(
      head: Text(head), tail: Text(tail), omittedBytes: total - head.count - tail.count)
  }
}
