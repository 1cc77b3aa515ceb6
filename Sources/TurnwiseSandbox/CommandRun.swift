internal import Glibc
internal import TurnwiseCore

/// One command in a sandbox of its own, from launch to result, on the thread of its slot.
struct CommandRun {
  private let order: Order
  private let slot: Slot
  private var channels: Channels
  private let begin = ContinuousClock.now

  /// The first process of the sandbox, whose end is the end of all others.
  private var sandbox: Descriptor?
  private var tree: WorkspaceTree?
  private var stop: Stop?

  /// Why a sandbox was killed.
  private enum Stop: Equatable {
    case limit(CommandResult.Limit)
    case cancelled
    case launchTimeout
    case unreachable
  }

  /// Runs a command.
  ///
  /// Whatever comes of it, no process is left behind.
  static func play(_ order: Order, in slot: Slot) throws(Errno) -> Result<CommandResult, Trouble> {
    let (channels, launcher): (Channels, pid_t)
    do {
      (channels, launcher) = try launch(order, in: slot)
    } catch {
      guard error.code == ENOENT else { throw error }
      return .failure(.refused(Sandbox.Refusal(.notInstalled, detail: "\(error)")))
    }
    var run = CommandRun(order, slot, channels)
    order.began(wakingBy: slot.bell)
    let attendance = Result { () throws(Errno) in try run.attend() }
    let processorTime = try run.end(launcher)
    try attendance.get()
    return try run.result(processorTime)
  }

  /// A function of its own, so that the far ends are closed before anything is awaited.
  private static func launch(_ order: Order, in slot: Slot) throws(Errno) -> (Channels, pid_t) {
    let (channels, farEnds) = try Channels.opened(for: slot)
    let input = Launch.input(order.command, order.workspace.shell, seed: order.seed)
    return (channels, try slot.launch(reading: input, farEnds))
  }

  private init(_ order: Order, _ slot: Slot, _ channels: Channels) {
    (self.order, self.slot, self.channels) = (order, slot, channels)
  }

  private mutating func wait(
    until deadline: ContinuousClock.Instant, _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    try channels.wait(until: deadline, &slot.buffer, condition)
  }

  // MARK: - While the sandbox lives

  private mutating func attend() throws(Errno) {
    try wait(until: begin + .seconds(60)) { !$0.isLauncherAlive || $0.sandboxNumber != nil }
    guard let number = channels.sandboxNumber else {
      if channels.isLauncherAlive { stop = .launchTimeout }
      return
    }
    do {
      sandbox = try Kernel.openProcess(number)
    } catch {
      // It came to its end already, of which the launcher will tell the reason.
      guard error.code == ESRCH else { throw error }
      return try wait(until: begin + .seconds(60)) { !$0.isLauncherAlive }
    }
    let order = order
    try wait(until: begin + .seconds(60)) {
      !$0.isLauncherAlive || !$0.said.isEmpty || order.isCancelled
    }
    if order.isCancelled { return kill(.cancelled) }
    if channels.said.isEmpty {
      if channels.isLauncherAlive { kill(.launchTimeout) }
      return
    }
    let tree: WorkspaceTree
    do {
      tree = try WorkspaceTree(of: number, slot.limits)
    } catch {
      guard [EACCES, EPERM].contains(error.code) else { throw error }
      return kill(.unreachable)
    }
    try tree.write(order.workspace)
    self.tree = tree
    try channels.answer()
    try supervise(tree, number)
  }

  private mutating func supervise(_ tree: WorkspaceTree, _ number: pid_t) throws(Errno) {
    let order = order
    // Most commands end before anyone looks.
    lazy var watch = try? ProcessWatch(of: number, slot.limits)
    let deadline = ContinuousClock.now + .seconds(slot.limits.seconds)
    while channels.isLauncherAlive, stop == nil {
      let tick = ContinuousClock.now + .milliseconds(50)
      try wait(until: min(tick, deadline)) {
        !$0.isLauncherAlive || order.isCancelled || $0.isOverfull
      }
      if order.isCancelled {
        kill(.cancelled)
      } else if channels.isOverfull {
        kill(.limit(.output))
      } else if !channels.isLauncherAlive {
        return
      } else if ContinuousClock.now >= deadline {
        kill(.limit(.time))
      } else if tree.isOverfull || watch?.isTemporaryDirectoryOverfull == true {
        kill(.limit(.files))
      } else if watch?.isMemoryOverfull == true {
        kill(.limit(.memory))
      }
    }
  }

  private mutating func kill(_ reason: Stop) {
    stop = reason
    if let sandbox { Kernel.kill(sandbox) }
  }

  // MARK: - When it ends

  /// Waits for the end of everything, which it brings about where that has not been done.
  ///
  /// The sandbox is killed, not the launcher: that then buries it, so that no orphan is left to the
  /// first process of the machine, and a launcher that dies early leaves its sandbox alive, because
  /// the two are tied together only after a while.
  private mutating func end(_ launcher: pid_t) throws(Errno) -> Duration {
    if channels.isLauncherAlive {
      if let sandbox { Kernel.kill(sandbox) } else { channels.hangUp() }
      try wait(until: .now + .seconds(10)) { !$0.isLauncherAlive }
      if channels.isLauncherAlive { _ = Glibc.kill(launcher, SIGKILL) }
    }
    let processorTime = Kernel.reap(launcher) ?? .zero
    if let sandbox { Kernel.awaitEnd(of: sandbox) }
    // Everyone who could write is dead: what is in the channels is all there is.
    try wait(until: .now + .seconds(10)) { !$0.areOpen }
    return processorTime
  }

  private mutating func result(_ processorTime: Duration) throws(Errno)
    -> Result<CommandResult, Trouble>
  {
    var (workspace, isShellStateSaved) = (order.workspace, false)
    let (output, errors) = (channels.outputSoFar.captured, channels.errorsSoFar.captured)
    let ending: CommandResult.Ending
    switch stop {
    case .cancelled: return .failure(.cancelled)
    case .launchTimeout:
      return .failure(
        .failure(
          code: "launch-timeout",
          message: "The sandbox was not ready after a minute. \(errors.text)", retry: true))
    case .unreachable:
      return .failure(.refused(Sandbox.Refusal(.unreachable, detail: "/proc/PID/root")))
    case .limit(let limit): ending = .stopped(limit)
    // Also where it came to its end before it could be stopped, so that this is no race.
    case nil where channels.isOverfull: ending = .stopped(.output)
    case nil:
      guard let tree else {
        return .failure(.refused(Sandbox.Refusal(launcherSaid: errors.text.string)))
      }
      guard let status = channels.exitStatus else {
        return .failure(
          .failure(
            code: "killed",
            message: "Something outside killed the sandbox; memory may have run out.",
            retry: true))
      }
      let shell = ShellState(saying: channels.said, after: workspace.shell)
      if let after = try tree.read(after: workspace, shell: shell ?? workspace.shell) {
        (workspace, isShellStateSaved) = (after, shell != nil)
        ending = shell == nil && status > 128 ? .signaled(status - 128) : .exited(status)
      } else {
        ending = .stopped(.files)
      }
    }
    return .success(
      CommandResult(
        workspace: workspace, ending: ending, standardOutput: output, standardError: errors,
        isShellStateSaved: isShellStateSaved,
        usage: CommandResult.Usage(
          processorSeconds: processorTime / .seconds(1),
          wallSeconds: (ContinuousClock.now - begin) / .seconds(1))))
  }
}
