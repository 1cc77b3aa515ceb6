internal import Synchronization
package import TurnwiseKernels

/// Memory that is used again: fresh pages of large allocations cost as much as the work on them.
package final class BufferPool: Sendable {
  private let state = Mutex(State())

  private struct State {
    var idle: [FloatBuffer] = []
    var allocations = 0
  }

  /// Starts without memory.
  package init() {}

  /// Lends room for at least `count` floats, which hold rubbish.
  ///
  /// The room comes back when the loan is no longer referred to.
  package func lend(_ count: Int) -> Loan {
    let buffer = state.withLock { state in
      let idle = state.idle
      let fitting = idle.indices.filter { idle[$0].count >= count }
      if let best = fitting.min(by: { idle[$0].count < idle[$1].count }) {
        return state.idle.remove(at: best)
      }
      // Whoever needs more than there is has outgrown what is there.
      state.idle.removeAll { $0.count < count }
      state.allocations += 1
      return FloatBuffer(uninitialized: count + count / 8)
    }
    return Loan(buffer, of: self)
  }

  /// How often there was nothing to lend.
  package var allocations: Int { state.withLock { $0.allocations } }

  /// Memory of a pool, in use.
  package final class Loan: Sendable {
    private let buffer: FloatBuffer
    private let pool: BufferPool

    fileprivate init(_ buffer: FloatBuffer, of pool: BufferPool) {
      (self.buffer, self.pool) = (buffer, pool)
    }

    /// The first float; the loan must outlast its use.
    package var base: MutableFloats { buffer.base }

    /// Lends as much again, with `count` floats of these.
    package func copy(of count: Int) -> Loan {
      let copy = pool.lend(buffer.count)
      copy.base.update(from: base, count: count)
      return copy
    }

    deinit { pool.state.withLock { $0.idle.append(buffer) } }
  }
}
