/// The result of a command.
public struct CommandResult: Codable, Sendable {
  /// How a command ended.
  public enum Ending: Codable, Hashable, Sendable {
    /// The shell exited with a status from 0 to 255.
    case exited(Int)
    /// A signal ended the shell.
    case signaled(Int)
    /// The command exceeded a limit, and all its processes were killed.
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
    /// The processor time of all processes of the command, in seconds.
    public var processorSeconds = 0.0
    /// The wall-clock time from the start of the command to its result, in seconds.
    public var wallSeconds = 0.0
  }

  /// The workspace after the command; if the command was stopped, the workspace before it.
  ///
  /// How far a command gets before it is stopped depends on the machine. The next state must not, so
  /// a stopped command leaves no trace in the workspace.
  public internal(set) var workspace: Workspace
  /// How the command ended.
  public let ending: Ending
  /// The standard output.
  public let standardOutput: CapturedOutput
  /// The standard error.
  public let standardError: CapturedOutput
  /// What is kept of both outputs, in one order.
  public let transcript: Transcript
  /// Whether the kernel reported which program wrote what.
  ///
  /// It cannot in containers that forbid user notification of seccomp, use it themselves, or hide
  /// `/proc`. Then both outputs are in the order in which they arrived, which differs from run to run
  /// if several programs write at once.
  public let isOutputAttributed: Bool
  /// Whether the shell saved its state; if not, the workspace has the shell state from before.
  ///
  /// A shell saves no state if it ends by `exec` or a signal, or if its state exceeds
  /// ``ShellSnapshot/limit``.
  public let isShellStateSaved: Bool
  /// What the command cost.
  public let usage: Usage

  /// The status as a shell reports it: 128 plus the number of a signal, 137 if the command was stopped.
  public var status: Int {
    switch ending {
    case .exited(let status): status
    case .signaled(let signal): 128 + signal
    case .stopped: 137
    }
  }

  /// The limit that stopped the command; nil if none did.
  public var limit: Limit? { if case .stopped(let limit) = ending { limit } else { nil } }
}

extension CommandResult: Equatable {
  /// Compares what the commands did, not what they cost.
  public static func == (left: CommandResult, right: CommandResult) -> Bool {
    left.workspace == right.workspace && left.ending == right.ending
      && left.standardOutput == right.standardOutput && left.standardError == right.standardError
      && left.transcript == right.transcript
      && left.isShellStateSaved == right.isShellStateSaved
  }
}
