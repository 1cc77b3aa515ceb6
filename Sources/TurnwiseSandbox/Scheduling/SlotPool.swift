internal import Foundation
internal import Synchronization
internal import TurnwiseCore

/// Threads that run one command each at a time, and the queue before them.
///
/// The kernel kills a command when the thread that started it ends (`PR_SET_PDEATHSIG`), so commands
/// cannot be started from the threads of Swift's own pool, which come and go. The threads hold the
/// pool; they end after it is closed.
///
/// Each thread keeps the sandboxes that it made, each for the episode whose last command ran in it. A
/// command goes to the thread that has the sandbox of its workspace, if that is free soon.
final class SlotPool: Sendable {
  private struct State {
    var waiting: [Order] = []
    var idle: Set<Int> = []
    var isClosed = false
    var held: [Int: (sandbox: HeldSandbox, slot: Int)] = [:]
    var released: [Int: [HeldSandbox]] = [:]

    func owner(of order: Order) -> Int? { order.lease.flatMap { held[$0]?.slot } }
  }
  private let state = Mutex(State())
  private let arrivals: [DispatchSemaphore]
  private let finished = Atomic<Int>(0)
  private let courier: Courier

  /// Slots of the process so far; each has its own number, and with it its own user.
  private static let started = Atomic<Int>(0)
  /// Leases of the process so far, so that the number of one says nothing to another pool.
  private static let leases = Atomic<Int>(0)
  /// How many sandboxes of unfinished episodes a thread keeps; each has two descriptors.
  private let heldLimit: Int
  /// How many of them may have a shell that waits.
  private let shellLimit: Int
  /// How long a command waits for the thread that has its sandbox: less than a launch takes.
  private static let patience = DispatchTimeInterval.milliseconds(5)

  /// Starts the threads.
  ///
  /// Where the system has fewer than are asked for, there are fewer slots.
  ///
  /// - Parameters:
  ///   - slots: How many commands run at once.
  ///   - limits: What one command may use.
  /// - Throws: Why there can be no slot at all.
  init(slots: Int, _ limits: Sandbox.Limits) throws(Sandbox.Refusal) {
    HostLimit.openFiles.raise()
    for case let refusal? in HostLimit.all(for: limits).map(\.refusal) { throw refusal }
    // A slot needs some for the command that it runs, and the rest of the process has its own.
    let slots = max(1, min(slots, HostLimit.openFiles.hard / HostLimit.openFiles.needed))
    let share = HostLimit.openFiles.hard / (4 * slots)
    heldLimit = max(1, min(SocketBuffers.heldSandboxes, share / 2))
    shellLimit = min(heldLimit, share / WaitingShell.descriptors)
    let arrivals = (0..<slots).map { _ in DispatchSemaphore(value: 0) }
    self.arrivals = arrivals
    let numbers = arrivals.map { _ in Self.started.add(1, ordering: .relaxed).oldValue }
    do throws(Errno) { courier = try Courier() } catch { throw Self.noThread(error) }
    for slot in arrivals.indices {
      do throws(Errno) {
        try HostThread.start { [self] in serve(slot, numbers[slot], limits) }
      } catch {
        guard slot > 0 else {
          courier.close()
          throw Self.noThread(error)
        }
        // Those that are there do the work.
        finished.add(arrivals.count - slot, ordering: .relaxed)
        break
      }
    }
  }

  private static func noThread(_ error: Errno) -> Sandbox.Refusal {
    Sandbox.Refusal(
      .resourceLimit, detail: "No thread can be started: \(error).\(HostLimit.hint(for: error))")
  }

  /// Puts an order at the end of the queue.
  func add(_ order: Order) {
    let slot = state.withLock { state -> Int? in
      state.waiting.append(order)
      let owner = state.owner(of: order).flatMap { state.idle.contains($0) ? $0 : nil }
      let slot = owner ?? state.idle.min()
      if let slot { state.idle.remove(slot) }
      return slot
    }
    if let slot { arrivals[slot].signal() }
  }

  /// Kills the command of an order, or takes the order out of the queue.
  func cancel(_ order: Order) {
    order.cancel()
    let wasWaiting = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0 === order }) else { return false }
      state.waiting.remove(at: index)
      return true
    }
    if wasWaiting { order.finish(.failure(.cancelled)) }
  }

  /// Lets the threads end when nothing is left to do.
  func close() {
    state.withLock { $0.isClosed = true }
    for arrival in arrivals { arrival.signal() }
  }

  /// Takes down the sandbox of a lease, if nobody went on in it.
  func release(_ lease: Int) {
    let slot = state.withLock { state -> Int? in
      guard let (sandbox, slot) = state.held.removeValue(forKey: lease) else { return nil }
      sandbox.kill()
      state.released[slot, default: []].append(sandbox)
      return slot
    }
    if let slot { arrivals[slot].signal() }
  }

  // MARK: - On the threads

  private func serve(_ number: Int, _ user: Int, _ limits: Sandbox.Limits) {
    let slot = Result { () throws(Trouble) in try Slot(user, limits) }
    while let order = next(number) {
      let result = slot.flatMap { play(order, number, $0) }
      courier.deliver { order.finish(result) }
      guard case .success(let slot) = slot else { continue }
      slot.clear()
      if case .success = result { slot.prepareSpare() }
    }
    if case .success(let slot) = slot { slot.close() }
    buryHeld(of: number)
    if finished.add(1, ordering: .relaxed).newValue == arrivals.count { courier.close() }
  }

  private func play(_ order: Order, _ number: Int, _ slot: Slot) -> Result<CommandResult, Trouble> {
    let held = state.withLock { state -> HeldSandbox? in
      guard let lease = order.lease, state.held[lease]?.slot == number else { return nil }
      return state.held.removeValue(forKey: lease)?.sandbox
    }
    let sandbox: HeldSandbox
    do throws(Trouble) {
      if let held { sandbox = held } else { sandbox = try slot.freshSandbox() }
    } catch {
      return .failure(error)
    }
    switch slot.play(order, in: sandbox, isWorthWaiting: { isQuiet(number) }) {
    case .failure(let trouble):
      sandbox.bury()
      return .failure(trouble)
    case .success(var result):
      result.workspace.lease = hold(sandbox, number)
      return .success(result)
    }
  }

  /// Whether a thread has time for what is not asked for yet, and room to keep it.
  private func isQuiet(_ slot: Int) -> Bool {
    state.withLock { state in
      !state.isClosed && state.waiting.isEmpty
        && state.held.values.count { $0.slot == slot } < shellLimit
    }
  }

  private func hold(_ sandbox: HeldSandbox, _ slot: Int) -> Lease {
    let number = Self.leases.add(1, ordering: .relaxed).newValue
    let oldest = state.withLock { state in
      state.held[number] = (sandbox, slot)
      let own = state.held.filter { $0.value.slot == slot }
      let oldest = own.count > heldLimit ? own.keys.min() : nil
      return oldest.flatMap { state.held.removeValue(forKey: $0)?.sandbox }
    }
    oldest?.bury()
    return Lease(number, of: self)
  }

  /// Waits for an order; buries what was released meanwhile when there is none, or it has piled up.
  private func next(_ slot: Int) -> Order? {
    var isPatient = true
    while true {
      let (order, isForeign, isClosed) = state.withLock { state -> (Order?, Bool, Bool) in
        let owners = state.waiting.map { state.owner(of: $0) }
        var index = owners.firstIndex(of: slot) ?? owners.firstIndex(of: nil)
        if !isPatient { index = index ?? owners.indices.first }
        if let index {
          state.idle.remove(slot)
          return (state.waiting.remove(at: index), false, false)
        }
        if state.isClosed, state.waiting.isEmpty { return (nil, false, true) }
        // One that buries first cannot begin at once.
        if state.released[slot, default: []].isEmpty { state.idle.insert(slot) }
        return (nil, !state.waiting.isEmpty, false)
      }
      let wasBurying = bury(releasedOf: slot, unlessFewerThan: order == nil ? 1 : 8)
      if order != nil || isClosed { return order }
      if wasBurying { continue }
      isPatient = true
      if isForeign {
        isPatient = arrivals[slot].wait(timeout: .now() + Self.patience) == .success
      } else {
        arrivals[slot].wait()
      }
    }
  }

  /// Waits for the end of sandboxes that were killed when they were released.
  private func bury(releasedOf slot: Int, unlessFewerThan count: Int) -> Bool {
    let released = state.withLock { state in
      state.released[slot, default: []].count < count
        ? nil : state.released.removeValue(forKey: slot)
    }
    released?.forEach { $0.bury() }
    return released != nil
  }

  private func buryHeld(of slot: Int) {
    let sandboxes = state.withLock { state in
      let own = state.held.filter { $0.value.slot == slot }
      for lease in own.keys { state.held[lease] = nil }
      return own.values.map(\.sandbox) + (state.released.removeValue(forKey: slot) ?? [])
    }
    sandboxes.forEach { $0.bury() }
  }
}

/// A claim to the sandbox that a workspace comes from, for the command that goes on with it.
///
/// The first one that goes on has it; a fork of the same state gets another sandbox. When the last copy
/// of the workspace is gone, nobody can go on, and the sandbox is taken down.
final class Lease: Sendable {
  let number: Int
  let pool: SlotPool

  init(_ number: Int, of pool: SlotPool) { (self.number, self.pool) = (number, pool) }

  deinit { pool.release(number) }
}
