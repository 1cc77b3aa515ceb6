internal import Foundation
internal import Synchronization
internal import TurnwiseCore

/// Threads that run one command each at a time, and the queue before them.
///
/// The kernel kills a sandbox when the thread that started it ends (`--die-with-parent`), so commands
/// cannot be started from the threads of Swift's own pool, which come and go. The threads hold the
/// pool; they end after it is closed.
final class SlotPool: Sendable {
  private struct State {
    var waiting: [Order] = []
    var isClosed = false
  }
  private let state = Mutex(State())
  private let arrivals = DispatchSemaphore(value: 0)
  private let slots: Int
  private let finished = Atomic<Int>(0)
  private let courier = Courier()

  /// Slots of the process so far; each has its own number, and with it its own user.
  private static let started = Atomic<Int>(0)

  init(slots: Int, _ limits: Sandbox.Limits) {
    self.slots = slots
    for _ in 0..<slots {
      let number = Self.started.add(1, ordering: .relaxed).oldValue
      let thread = Thread { [self] in serve(number, limits) }
      thread.start()
    }
  }

  /// Puts an order at the end of the queue.
  func add(_ order: Order) {
    state.withLock { $0.waiting.append(order) }
    arrivals.signal()
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
    for _ in 0..<slots { arrivals.signal() }
  }

  private func serve(_ number: Int, _ limits: Sandbox.Limits) {
    let slot = Result { () throws(Trouble) in try Slot(number, limits) }
    while let order = next() {
      let result = slot.flatMap { $0.play(order) }
      courier.deliver { order.finish(result) }
    }
    if finished.add(1, ordering: .relaxed).newValue == slots { courier.close() }
  }

  private func next() -> Order? {
    while true {
      arrivals.wait()
      let (order, isClosed) = state.withLock { state in
        (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
      }
      if order != nil || isClosed { return order }
    }
  }
}
