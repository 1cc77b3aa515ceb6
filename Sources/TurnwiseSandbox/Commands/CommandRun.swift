internal import Glibc
internal import TurnwiseCore

/// The run of one command in namespaces of its own, on the thread of a slot.
struct CommandRun {
  private let job: CommandJob
  private let slot: Slot
  private let namespaces: CommandNamespaces
  private let tree: WorkspaceTree
  private var channels: Channels
  private let begin: ContinuousClock.Instant
  private var stop: StopReason?
  private var end: (status: WaitStatus, processorTime: Duration)?

  /// Why a command was killed.
  private enum StopReason: Equatable {
    case limit(CommandResult.Limit)
    case cancelled
    /// The machine ran short of memory, although the command kept its limits.
    case machine
  }

  /// Gives a command to a shell.
  ///
  /// - Throws: The error number if that is not possible; the shell is killed then.
  init(_ job: CommandJob, _ shell: WaitingShell, of slot: Slot) throws(Errno) {
    (self.job, self.slot, namespaces) = (job, slot, shell.namespaces)
    (channels, begin) = (shell.channels, .now)
    tree = WorkspaceTree(in: namespaces, slot.limits)
    do throws(Errno) { try shell.prepare(job) } catch {
      shell.end()
      throw error
    }
  }

  /// Runs the command to its end.
  ///
  /// No process is left, whether or not it throws.
  mutating func run() throws(Errno) {
    job.began(wakingBy: slot.wakeUp)
    let supervision = Result { () throws(Errno) in try supervise() }
    try finish()
    try supervision.get()
  }

  private mutating func wait(
    until deadline: ContinuousClock.Instant, _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    try channels.wait(until: deadline, &slot.buffer, condition)
  }

  // MARK: - While the command runs

  private mutating func supervise() throws(Errno) {
    // The shell may still be starting. It waits until it is told to begin.
    try tree.write(job.workspace)
    try channels.sendStart()
    let job = job
    let tree = tree
    // Most commands end before the first check.
    var monitor = ResourceMonitor(of: namespaces, slot.limits)
    let deadline = ContinuousClock.now + .seconds(slot.limits.seconds)
    while channels.isAlive, stop == nil {
      let nextCheck = ContinuousClock.now + monitor.pause
      try wait(until: min(nextCheck, deadline)) {
        !$0.isAlive || job.isCancelled || $0.exceedsLimit
      }
      if job.isCancelled {
        stop = .cancelled
      } else if channels.exceedsLimit {
        stop = .limit(.output)
      } else if !channels.isAlive {
        return
      } else if ContinuousClock.now >= deadline {
        stop = .limit(.time)
      } else if tree.exceedsLimit || monitor.isTemporaryDirectoryTooLarge {
        stop = .limit(.files)
      } else {
        switch monitor.memoryShortage() {
        case .ofCommand: stop = .limit(.memory)
        case .ofMachine: stop = .machine
        case nil: break
        }
      }
    }
  }

  // MARK: - After the command

  /// Kills all processes and waits for their end.
  ///
  /// When the first process is reaped, the kernel has reaped all others.
  private mutating func finish() throws(Errno) {
    if channels.isAlive { Kernel.kill(namespaces.handle) }
    end = Kernel.reap(namespaces.process)
    // Nothing can be written any more, so the channels contain all that is missing.
    try channels.drain(&slot.buffer)
  }

  /// The result of the command, after it has ended.
  func result() throws(Errno) -> Result<CommandResult, CommandFailure> {
    guard let (status, processorTime) = end else { throw Errno(ECHILD) }
    var (workspace, isShellStateSaved) = (job.workspace, false)
    let ending: CommandResult.Ending
    switch stop {
    case .cancelled: return .failure(.cancelled)
    case .machine: return .failure(.machineMemory(slot.limits))
    case .limit(let limit): ending = .stopped(limit)
    // The same if the command ended before it could be stopped, so that the result is no race.
    case nil where channels.exceedsLimit: ending = .stopped(.output)
    case nil:
      let shell = ShellSnapshot(parsing: try channels.shellReport(), after: workspace.shell)
      if let after = try tree.read(
        after: workspace, shell: shell ?? workspace.shell,
        keepsTemporary: job.keepsTemporaryEntries)
      {
        (workspace, isShellStateSaved) = (after, shell != nil)
        ending =
          switch status {
          case .exited(let status): .exited(status)
          case .signaled(let signal): .signaled(signal)
          }
      } else {
        ending = .stopped(.files)
      }
    }
    let (output, errors, transcript) = channels.record.finished()
    return .success(
      CommandResult(
        workspace: workspace, ending: ending, standardOutput: output, standardError: errors,
        transcript: transcript, isOutputAttributed: namespaces.listener != nil,
        isShellStateSaved: isShellStateSaved,
        usage: CommandResult.Usage(
          processorSeconds: processorTime / .seconds(1),
          wallSeconds: (ContinuousClock.now - begin) / .seconds(1))))
  }
}
