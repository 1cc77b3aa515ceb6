internal import Synchronization

/// Memory that is used again: the fresh pages of a large allocation cost as much as the work on them.
package final class BufferPool: MemoryPool {
  private let idle = Mutex(IdleMemory())

  /// Creates a pool without memory.
  package init() {}

  /// Lends memory for at least `count` floats, whose values are undefined.
  package func lend(_ count: Int) -> Loan {
    let memory = idle.withLock { idle in
      let parts = idle.parts
      let fitting = parts.indices.filter { parts[$0].count >= count }
      if let best = fitting.min(by: { parts[$0].count < parts[$1].count }) {
        return idle.parts.remove(at: best)
      }
      // Smaller buffers are released: the caller has outgrown them.
      idle.parts.removeAll { $0.count < count }
      idle.allocations += 1
      let buffer = FloatBuffer(uninitialized: count + count / 8)
      return PoolMemory(buffer: buffer, offset: 0, count: buffer.count)
    }
    return Loan(memory, of: self)
  }

  func takeBack(_ memory: PoolMemory) { idle.withLock { $0.parts.append(memory) } }

  /// How often the pool had to allocate.
  package var allocations: Int { idle.withLock { $0.allocations } }
}
