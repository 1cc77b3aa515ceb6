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
  /// What is kept of both outputs, each piece where it arose.
  public let transcript: Transcript
  /// Whether the kernel told which program wrote what.
  ///
  /// Where it cannot (in containers that forbid user notification of seccomp, use it themselves, or hide
  /// `/proc`), both outputs are in the order in which they arrived, which differs from run to run where
  /// several programs write at once.
  public let isOutputAttributed: Bool
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
      && left.transcript == right.transcript
      && left.isShellStateSaved == right.isShellStateSaved
  }
}

/// The beginning and the end of what a command wrote to one of its outputs, cut between characters.
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
    return Text(head.bytes + Array("\n\(Self.note(omittedBytes))\n".utf8) + tail.bytes)
  }

  /// What stands in the place of missing bytes.
  static func note(_ omittedBytes: Int) -> String {
    "[… \(omittedBytes) \(omittedBytes == 1 ? "byte" : "bytes") omitted …]"
  }
}
