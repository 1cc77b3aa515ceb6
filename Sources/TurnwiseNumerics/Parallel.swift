internal import Dispatch
internal import Synchronization

/// Work in numbered parts, whose results do not depend on the number of threads.
package enum Parallel {
  /// Computes the parts `0..<count` on at most `workers` threads, and returns them in order.
  ///
  /// - Parameters:
  ///   - count: The number of parts. It must not depend on `workers` if the results are summed.
  ///   - workers: The maximum number of threads.
  ///   - workspace: Creates the scratch memory of one thread. No part may depend on what another part left
  ///     in it.
  ///   - body: Computes one part.
  /// - Returns: The parts, in the order of their numbers.
  package static func map<Workspace, Part: Sendable>(
    _ count: Int, workers: Int, workspace: @Sendable () -> Workspace,
    _ body: @Sendable (Int, Workspace) -> Part
  ) -> [Part] {
    guard workers > 1, count > 1 else {
      guard count > 0 else { return [] }
      let workspace = workspace()
      return (0..<count).map { body($0, workspace) }
    }
    let next = Atomic(0)
    let parts = Mutex([Part?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
      let workspace = workspace()
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let part = body(index, workspace)
        parts.withLock { $0[index] = part }
      }
    }
    return parts.withLock { $0.compactMap(\.self) }
  }
}
