internal import Dispatch
internal import Synchronization

/// Work in numbered parts, whose results do not depend on how many threads share it.
package enum Parallel {
  /// Computes parts 0 to `count` on at most `workers` threads, and returns them in order.
  ///
  /// - Parameters:
  ///   - count: The number of parts. It must not depend on `workers` where results are summed.
  ///   - workers: The most threads to use.
  ///   - workspace: Makes the scratch memory of one thread. It must carry nothing from part to part.
  ///   - body: Computes one part.
  /// - Returns: The parts, by number.
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
