internal import Synchronization

/// Pages of one size that are cut from large allocations and used again.
///
/// The pool keeps as many pages as were ever in use at the same time.
package final class PagePool: MemoryPool {
  /// Floats of a page.
  package let pageCount: Int
  /// Floats of a slab: four large pages of the system, so that little of a slab is left over.
  private static let slabCount = 4 * FloatBuffer.hugePage / MemoryLayout<Float>.stride
  private let pagesOfSlab: Int
  private let idle = Mutex(IdleMemory())

  /// Creates a pool without memory.
  package init(pageCount: Int) {
    self.pageCount = pageCount
    pagesOfSlab = max(1, Self.slabCount / max(1, pageCount))
  }

  /// Lends a page of zeros.
  package func page() -> Loan {
    let page = lend(pageCount)
    page.base.update(repeating: 0, count: pageCount)
    return page
  }

  /// Lends a copy of a page.
  package func copy(of page: Loan) -> Loan { page.copy(of: pageCount) }

  func lend(_ count: Int) -> Loan {
    precondition(count <= pageCount, "A page has \(pageCount) floats, not \(count).")
    let memory = idle.withLock { idle in
      if idle.parts.isEmpty {
        let slab = FloatBuffer(uninitialized: max(Self.slabCount, pagesOfSlab * pageCount))
        idle.parts = (0..<pagesOfSlab).reversed().map {
          PoolMemory(buffer: slab, offset: $0 * pageCount, count: pageCount)
        }
        idle.allocations += 1
      }
      return idle.parts.removeLast()
    }
    return Loan(memory, of: self)
  }

  func takeBack(_ memory: PoolMemory) { idle.withLock { $0.parts.append(memory) } }

  /// How often the pool had to allocate.
  package var allocations: Int { idle.withLock { $0.allocations } }
}
