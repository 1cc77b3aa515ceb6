internal import Foundation
internal import Synchronization
internal import TurnwiseCore

/// Threads that each run one command at a time, and the queue of commands.
///
/// The kernel kills a command when the thread that started it ends (`PR_SET_PDEATHSIG`). So commands
/// cannot be started by the threads of Swift's own pool, which may end at any time. The threads keep a
/// reference to the pool; they end after it is closed.
///
/// Each thread keeps the sandboxes that it created, each for the episode whose last command ran in it.
/// A command goes to the thread that has the sandbox of its workspace, if that thread is free soon.
final class SlotPool: Sendable {
  private struct State {
    var waiting: [CommandJob] = []
    var idle: Set<Int> = []
    var isClosed = false
    /// The sandboxes that commands may continue in, by the number of the lease.
    var leased: [Int: (sandbox: EpisodeSandbox, slot: Int)] = [:]
    /// The sandboxes that were killed and must be reaped, by slot.
    var released: [Int: [EpisodeSandbox]] = [:]

    /// The slot that has the sandbox of a job's workspace.
    func owner(of job: CommandJob) -> Int? { job.lease.flatMap { leased[$0]?.slot } }
  }
  private let state = Mutex(State())
  private let arrivals: [DispatchSemaphore]
  /// The number of slots that have ended, or never started.
  private let finished = Atomic<Int>(0)
  private let completions: CompletionThread

  /// The number of slots that this process has started; each gets its own number, and so its own user.
  private static let started = Atomic<Int>(0)
  /// The number of leases that this process has given out, so that a number is valid in one pool only.
  private static let leases = Atomic<Int>(0)
  /// The number of sandboxes of unfinished episodes that a slot keeps; each has two descriptors.
  private let sandboxLimit: Int
  /// The number of these sandboxes that may have a waiting shell.
  private let shellLimit: Int
  /// The time that a command waits for the slot that has its sandbox: less than a launch takes.
  private static let ownerWait = DispatchTimeInterval.milliseconds(5)
  /// The number of released sandboxes that a slot reaps before it runs the next command.
  private static let reapLimit = 8

  /// Starts the threads.
  ///
  /// If the system cannot start as many as requested, there are fewer slots.
  ///
  /// - Parameters:
  ///   - slots: The number of commands that run at once.
  ///   - limits: What one command may use.
  /// - Throws: The refusal if no slot is possible.
  init(slots: Int, _ limits: Sandbox.Limits) throws(Sandbox.Refusal) {
    ResourceLimit.openFiles.raise()
    for case let refusal? in ResourceLimit.all(for: limits).map(\.refusal) { throw refusal }
    // A slot needs descriptors for the command that it runs, and the rest of the process has its own.
    let openFiles = ResourceLimit.openFiles
    let slots = max(1, min(slots, openFiles.hard / openFiles.needed))
    let share = openFiles.hard / (4 * slots)
    sandboxLimit = max(1, min(Slot.sandboxLimit, share / 2))
    shellLimit = min(sandboxLimit, share / WaitingShell.descriptors)
    let arrivals = (0..<slots).map { _ in DispatchSemaphore(value: 0) }
    self.arrivals = arrivals
    let numbers = arrivals.map { _ in Self.started.add(1, ordering: .relaxed).oldValue }
    do throws(Errno) { completions = try CompletionThread() } catch { throw Self.noThread(error) }
    for slot in arrivals.indices {
      do throws(Errno) {
        try DetachedThread.start { [self] in serve(slot, numbers[slot], limits) }
      } catch {
        guard slot > 0 else {
          completions.close()
          throw Self.noThread(error)
        }
        // The slots that were started do the work.
        finished.add(arrivals.count - slot, ordering: .relaxed)
        break
      }
    }
  }

  private static func noThread(_ error: Errno) -> Sandbox.Refusal {
    Sandbox.Refusal(
      .resourceLimit,
      detail: "No thread can be started: \(error).\(ResourceLimit.hint(for: error))")
  }

  /// Adds a job to the end of the queue.
  func add(_ job: CommandJob) {
    let slot = state.withLock { state -> Int? in
      state.waiting.append(job)
      let owner = state.owner(of: job).flatMap { state.idle.contains($0) ? $0 : nil }
      let slot = owner ?? state.idle.min()
      if let slot { state.idle.remove(slot) }
      return slot
    }
    if let slot { arrivals[slot].signal() }
  }

  /// Kills the command of a job, or removes the job from the queue.
  func cancel(_ job: CommandJob) {
    job.cancel()
    let wasWaiting = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0 === job }) else { return false }
      state.waiting.remove(at: index)
      return true
    }
    if wasWaiting { job.finish(.failure(.cancelled)) }
  }

  /// Ends the threads when the queue is empty.
  func close() {
    state.withLock { $0.isClosed = true }
    for arrival in arrivals { arrival.signal() }
  }

  /// Kills the sandbox of a lease, if no command has continued in it.
  func release(_ lease: Int) {
    let slot = state.withLock { state -> Int? in
      guard let (sandbox, slot) = state.leased.removeValue(forKey: lease) else { return nil }
      sandbox.kill()
      state.released[slot, default: []].append(sandbox)
      return slot
    }
    if let slot { arrivals[slot].signal() }
  }

  // MARK: - On the threads

  /// Runs jobs until the pool is closed.
  private func serve(_ number: Int, _ user: Int, _ limits: Sandbox.Limits) {
    let slot = Result { () throws(CommandFailure) in try Slot(user, limits) }
    while let job = next(number) {
      let result = slot.flatMap { run(job, number, $0) }
      completions.deliver { job.finish(result) }
      guard case .success(let slot) = slot else { continue }
      slot.releasePrevious()
      if case .success = result { slot.prepareSpare() }
    }
    if case .success(let slot) = slot { slot.close() }
    reapAll(of: number)
    if finished.add(1, ordering: .relaxed).newValue == arrivals.count { completions.close() }
  }

  private func run(
    _ job: CommandJob, _ number: Int, _ slot: Slot
  ) -> Result<CommandResult, CommandFailure> {
    let leased = state.withLock { state -> EpisodeSandbox? in
      guard let lease = job.lease, state.leased[lease]?.slot == number else { return nil }
      return state.leased.removeValue(forKey: lease)?.sandbox
    }
    let sandbox: EpisodeSandbox
    do throws(CommandFailure) {
      if let leased { sandbox = leased } else { sandbox = try slot.freshSandbox() }
    } catch {
      return .failure(error)
    }
    switch slot.run(job, in: sandbox, preparesNext: { canPrepareShell(number) }) {
    case .failure(let failure):
      sandbox.reap()
      return .failure(failure)
    case .success(var result):
      result.workspace.lease = lease(sandbox, number)
      return .success(result)
    }
  }

  /// Whether a slot has the time to start a shell for a later command, and may keep it.
  private func canPrepareShell(_ slot: Int) -> Bool {
    state.withLock { state in
      !state.isClosed && state.waiting.isEmpty
        && state.leased.values.count { $0.slot == slot } < shellLimit
    }
  }

  /// Keeps a sandbox for the next command of its episode, and reaps the oldest one if the slot has
  /// too many.
  private func lease(_ sandbox: EpisodeSandbox, _ slot: Int) -> Lease {
    let number = Self.leases.add(1, ordering: .relaxed).newValue
    let oldest = state.withLock { state in
      state.leased[number] = (sandbox, slot)
      let own = state.leased.filter { $0.value.slot == slot }
      let oldest = own.count > sandboxLimit ? own.keys.min() : nil
      return oldest.flatMap { state.leased.removeValue(forKey: $0)?.sandbox }
    }
    oldest?.reap()
    return Lease(number, of: self)
  }

  /// Waits for a job.
  ///
  /// Released sandboxes are reaped while there is no job, or first if there are many.
  ///
  /// - Returns: The job; nil if the pool is closed and the queue is empty.
  private func next(_ slot: Int) -> CommandJob? {
    // Whether jobs whose sandbox another slot has are left to that slot for now.
    var leavesToOwners = true
    while true {
      let (job, hasOthers, isClosed) = state.withLock { state -> (CommandJob?, Bool, Bool) in
        let owners = state.waiting.map { state.owner(of: $0) }
        var index = owners.firstIndex(of: slot) ?? owners.firstIndex(of: nil)
        if !leavesToOwners { index = index ?? owners.indices.first }
        if let index {
          state.idle.remove(slot)
          return (state.waiting.remove(at: index), false, false)
        }
        if state.isClosed, state.waiting.isEmpty { return (nil, false, true) }
        // A slot that must reap first cannot start a job at once, so it is not idle.
        if state.released[slot, default: []].isEmpty { state.idle.insert(slot) }
        return (nil, !state.waiting.isEmpty, false)
      }
      let hasReaped = reapReleased(of: slot, ifAtLeast: job == nil ? 1 : Self.reapLimit)
      if job != nil || isClosed { return job }
      if hasReaped { continue }
      leavesToOwners = true
      if hasOthers {
        leavesToOwners = arrivals[slot].wait(timeout: .now() + Self.ownerWait) == .success
      } else {
        arrivals[slot].wait()
      }
    }
  }

  /// Reaps the released sandboxes of a slot, if there are at least `count`.
  ///
  /// - Returns: Whether there were.
  private func reapReleased(of slot: Int, ifAtLeast count: Int) -> Bool {
    let released = state.withLock { state in
      state.released[slot, default: []].count < count
        ? nil : state.released.removeValue(forKey: slot)
    }
    released?.forEach { $0.reap() }
    return released != nil
  }

  /// Reaps all sandboxes of a slot.
  private func reapAll(of slot: Int) {
    let sandboxes = state.withLock { state in
      let own = state.leased.filter { $0.value.slot == slot }
      for lease in own.keys { state.leased[lease] = nil }
      return own.values.map(\.sandbox) + (state.released.removeValue(forKey: slot) ?? [])
    }
    sandboxes.forEach { $0.reap() }
  }
}
