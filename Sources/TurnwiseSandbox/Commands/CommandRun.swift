internal import Glibc
internal import TurnwiseCore

/// One command in a world of its own, from its start to the result, on the thread of its slot.
struct CommandRun {
  private let order: Order
  private let slot: Slot
  private let world: Entrance.World
  private let tree: WorkspaceTree
  private var channels: Channels
  private let begin: ContinuousClock.Instant
  private var stop: Stop?
  private var end: (status: WaitStatus, processorTime: Duration)?

  /// Why a command was killed.
  private enum Stop: Equatable {
    case limit(CommandResult.Limit)
    case cancelled
    /// By the machine's need, whatever the command did.
    case machine
  }

  /// Gives a command to a shell.
  ///
  /// - Throws: The error number where that was not possible; then the shell is gone.
  init(_ order: Order, _ shell: WaitingShell, of slot: Slot) throws(Errno) {
    (self.order, self.slot, world) = (order, slot, shell.world)
    (channels, begin) = (shell.channels, .now)
    tree = WorkspaceTree(in: world, slot.limits)
    do throws(Errno) { try shell.take(order) } catch {
      shell.dismiss()
      throw error
    }
  }

  /// Runs the command to its end.
  ///
  /// Whatever comes of it, no process is left behind.
  mutating func play() throws(Errno) {
    order.began(wakingBy: slot.bell)
    let attendance = Result { () throws(Errno) in try attend() }
    try finish()
    try attendance.get()
  }

  private mutating func wait(
    until deadline: ContinuousClock.Instant, _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    try channels.wait(until: deadline, &slot.buffer, condition)
  }

  // MARK: - While the command runs

  private mutating func attend() throws(Errno) {
    // The shell starts meanwhile, and waits.
    try tree.write(order.workspace)
    try channels.answer()
    let order = order
    let tree = tree
    // Most commands end before anyone looks.
    var watch = ProcessWatch(of: world, slot.limits)
    let deadline = ContinuousClock.now + .seconds(slot.limits.seconds)
    while channels.isAlive, stop == nil {
      let tick = ContinuousClock.now + watch.pause
      try wait(until: min(tick, deadline)) {
        !$0.isAlive || order.isCancelled || $0.isOverfull
      }
      if order.isCancelled {
        stop = .cancelled
      } else if channels.isOverfull {
        stop = .limit(.output)
      } else if !channels.isAlive {
        return
      } else if ContinuousClock.now >= deadline {
        stop = .limit(.time)
      } else if tree.isOverfull || watch.isTemporaryDirectoryOverfull {
        stop = .limit(.files)
      } else {
        switch watch.memoryShortage() {
        case .ofCommand: stop = .limit(.memory)
        case .ofMachine: stop = .machine
        case nil: break
        }
      }
    }
  }

  // MARK: - When it ends

  /// Kills what is there, and waits for its end.
  ///
  /// When the first process is reaped, the kernel has reaped all others.
  private mutating func finish() throws(Errno) {
    if channels.isAlive { Kernel.kill(world.handle) }
    end = Kernel.reap(world.process)
    // Everyone who could write is dead: what is in the channels is all there is.
    try channels.drain(&slot.buffer)
  }

  /// What the command did, when it has ended.
  func result() throws(Errno) -> Result<CommandResult, Trouble> {
    guard let (status, processorTime) = end else { throw Errno(ECHILD) }
    var (workspace, isShellStateSaved) = (order.workspace, false)
    let ending: CommandResult.Ending
    switch stop {
    case .cancelled: return .failure(.cancelled)
    case .machine: return .failure(.machineMemory(slot.limits))
    case .limit(let limit): ending = .stopped(limit)
    // Also where it came to its end before it could be stopped, so that this is no race.
    case nil where channels.isOverfull: ending = .stopped(.output)
    case nil:
      let shell = ShellState(saying: try channels.said(), after: workspace.shell)
      if let after = try tree.read(
        after: workspace, shell: shell ?? workspace.shell,
        keepsTemporary: order.keepsTemporaryEntries)
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
        transcript: transcript, isOutputAttributed: world.listener != nil,
        isShellStateSaved: isShellStateSaved,
        usage: CommandResult.Usage(
          processorSeconds: processorTime / .seconds(1),
          wallSeconds: (ContinuousClock.now - begin) / .seconds(1))))
  }
}
