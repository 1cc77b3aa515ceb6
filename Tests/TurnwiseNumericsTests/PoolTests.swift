import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `A pool of memory` {
  @Test func `lends returned memory again, and no memory twice`() {
    let pool = BufferPool()
    var first: Loan? = pool.lend(1000)
    let second = pool.lend(1000)
    let place = first?.base
    #expect(place != second.base)
    first = nil
    #expect(pool.lend(900).base == place)
  }

  @Test func `releases memory that is too small for a new loan`() {
    let pool = BufferPool()
    for count in [10, 1000, 100_000] { _ = pool.lend(count) }
    let before = pool.allocations
    _ = pool.lend(100_000)
    #expect(pool.allocations == before)
    _ = pool.lend(10)
    #expect(pool.allocations == before)
    _ = pool.lend(1_000_000)
    #expect(pool.allocations == before + 1)
  }
}

@Suite struct `A pool of pages` {
  /// A slab has three pages of this size.
  private let pool = PagePool(pageCount: 600_000)

  @Test func `lends pages of zeros that do not overlap, and lends them again`() {
    var pages = (0..<7).map { _ in pool.page() }
    for (number, page) in pages.enumerated() {
      #expect((0..<pool.pageCount).allSatisfy { page.base[$0] == 0 })
      page.base.update(repeating: Float(number + 1), count: pool.pageCount)
    }
    for (number, page) in pages.enumerated() {
      #expect((0..<pool.pageCount).allSatisfy { page.base[$0] == Float(number + 1) })
    }
    let places = Set(pages.map(\.base))
    pages = []
    let again = (0..<7).map { _ in pool.page() }
    #expect(Set(again.map(\.base)) == places)
    #expect(pool.allocations == 3)
    #expect(again.allSatisfy { $0.base[0] == 0 && $0.base[pool.pageCount - 1] == 0 })
  }

  @Test func `copies a page`() {
    let page = pool.page()
    for i in 0..<pool.pageCount { page.base[i] = Float(i % 1000) }
    let copy = pool.copy(of: page)
    #expect(copy.base != page.base)
    #expect((0..<pool.pageCount).allSatisfy { copy.base[$0] == page.base[$0] })
  }
}
