package import TurnwiseKernels

/// Memory of a pool, in use; it returns to the pool when nothing refers to it any more.
package final class Loan: Sendable {
  private let memory: PoolMemory
  private let pool: any MemoryPool

  init(_ memory: PoolMemory, of pool: any MemoryPool) {
    (self.memory, self.pool) = (memory, pool)
  }

  /// The first float.
  ///
  /// The pointer does not keep the memory in use: the loan must outlast it.
  package var base: MutableFloats { memory.buffer.base + memory.offset }

  /// Lends as much memory again, with the first `count` floats of this.
  package func copy(of count: Int) -> Loan {
    let copy = pool.lend(memory.count)
    copy.base.update(from: base, count: count)
    return copy
  }

  deinit { pool.takeBack(memory) }
}

/// A source of loans.
protocol MemoryPool: AnyObject, Sendable {
  /// Lends memory for at least `count` floats, whose values are undefined.
  func lend(_ count: Int) -> Loan
  /// Keeps memory that is no longer in use for the next loan.
  func takeBack(_ memory: PoolMemory)
}

/// A part of an allocation.
struct PoolMemory: Sendable {
  let buffer: FloatBuffer
  let offset: Int
  let count: Int
}

/// The memory of a pool that is not in use.
struct IdleMemory {
  var parts: [PoolMemory] = []
  /// How often the pool had to allocate.
  var allocations = 0
}
