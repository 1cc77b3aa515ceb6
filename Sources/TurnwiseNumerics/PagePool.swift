internal import Synchronization
package import TurnwiseKernels

/// Pages of one size, cut from large allocations and used again.
///
/// It keeps as much as was ever in use at a time.
package final class PagePool: Sendable {
  /// Floats of a page.
  package let pageCount: Int
  private static let slabCount = 4 * FloatBuffer.hugePage / MemoryLayout<Float>.stride
  private let pagesOfSlab: Int
  private let state = Mutex(State())

  private struct State {
    var idle: [Place] = []
    var allocations = 0
  }

  fileprivate struct Place: Sendable {
    let slab: FloatBuffer
    let offset: Int
  }

  /// Starts without memory.
  package init(pageCount: Int) {
    self.pageCount = pageCount
    // Four large pages of the system: what is left over of a slab is small.
    pagesOfSlab = max(1, Self.slabCount / max(1, pageCount))
  }

  /// Takes a page of zeros, which comes back when it is no longer referred to.
  package func page() -> Page {
    let page = next()
    page.base.update(repeating: 0, count: pageCount)
    return page
  }

  /// Takes a page like another.
  package func copy(of other: Page) -> Page {
    let page = next()
    page.base.update(from: other.base, count: pageCount)
    return page
  }

  private func next() -> Page {
    let place = state.withLock { state in
      if state.idle.isEmpty {
        let slab = FloatBuffer(uninitialized: max(Self.slabCount, pagesOfSlab * pageCount))
        state.idle = (0..<pagesOfSlab).reversed().map { Place(slab: slab, offset: $0 * pageCount) }
        state.allocations += 1
      }
      return state.idle.removeLast()
    }
    return Page(place, of: self)
  }

  /// How often there was no page.
  package var allocations: Int { state.withLock { $0.allocations } }

  /// Memory of a pool, in use.
  package final class Page: Sendable {
    private let place: Place
    private let pool: PagePool

    fileprivate init(_ place: Place, of pool: PagePool) {
      (self.place, self.pool) = (place, pool)
    }

    /// The first float; the page must outlast its use.
    package var base: MutableFloats { place.slab.base + place.offset }

    deinit { pool.state.withLock { $0.idle.append(place) } }
  }
}
