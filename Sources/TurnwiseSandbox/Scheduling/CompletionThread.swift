internal import Foundation
internal import Synchronization

/// A thread that delivers results to the tasks that wait for them.
///
/// Resuming a task may make Dispatch start a thread, and a new thread inherits the user and the
/// namespaces of the thread that starts it. The threads of slots have given up theirs. So they must
/// not resume tasks: one by one, the threads of Swift's pool would lose the right to write files of
/// the host.
final class CompletionThread: Sendable {
  private let pending = Mutex<[@Sendable () -> Void]?>([])
  private let arrivals = DispatchSemaphore(value: 0)

  /// Starts the thread, with the rights of the caller.
  ///
  /// - Throws: The error number if the system cannot start a thread.
  init() throws(Errno) {
    try DetachedThread.start { [self] in
      while let deliveries = next() { deliveries.forEach { $0() } }
    }
  }

  /// Runs `delivery` on the thread.
  func deliver(_ delivery: @escaping @Sendable () -> Void) {
    pending.withLock { $0?.append(delivery) }
    arrivals.signal()
  }

  /// Ends the thread after everything is delivered.
  func close() {
    deliver { [self] in pending.withLock { $0 = nil } }
  }

  private func next() -> [@Sendable () -> Void]? {
    arrivals.wait()
    return pending.withLock { pending in
      guard let deliveries = pending else { return nil }
      pending = []
      return deliveries
    }
  }
}
