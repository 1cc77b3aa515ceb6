internal import Foundation
internal import Synchronization

/// A thread that tells results to those who wait for them.
///
/// Whoever resumes a task may make Dispatch start a thread, and a new thread has the user and the
/// namespaces of the one that started it. Slots have given up theirs, so they must not resume tasks:
/// the threads of Swift's pool would lose the right to write the host's files one by one.
final class Courier: Sendable {
  private let letters = Mutex<[@Sendable () -> Void]?>([])
  private let arrivals = DispatchSemaphore(value: 0)

  /// Starts the thread, with the rights of the caller.
  ///
  /// - Throws: The error number where there is no thread to be had.
  init() throws(Errno) {
    try HostThread.start { [self] in
      while let delivery = next() { delivery.forEach { $0() } }
    }
  }

  /// Runs `delivery` on the courier's thread.
  func deliver(_ delivery: @escaping @Sendable () -> Void) {
    letters.withLock { $0?.append(delivery) }
    arrivals.signal()
  }

  /// Lets the thread end when everything is delivered.
  func close() {
    deliver { [self] in letters.withLock { $0 = nil } }
  }

  private func next() -> [@Sendable () -> Void]? {
    arrivals.wait()
    return letters.withLock { letters in
      guard let waiting = letters else { return nil }
      letters = []
      return waiting
    }
  }
}
