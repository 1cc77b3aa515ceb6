import Synchronization
import Testing
import TurnwiseNumerics

@Suite struct `Parallel work` {
  @Test(arguments: [0, 1, 2, 7, 50])
  func `returns every part in order for any number of workers`(_ count: Int) {
    for workers in [1, 2, 3, 16] {
      let parts = Parallel.map(count, workers: workers, workspace: {}) { index, _ in index * index }
      #expect(parts == (0..<count).map { $0 * $0 })
    }
  }

  @Test func `creates at most one workspace for each worker`() {
    let made = Atomic(0)
    _ = Parallel.map(40, workers: 3, workspace: { _ = made.wrappingAdd(1, ordering: .relaxed) }) {
      index, _ in index
    }
    #expect((1...3).contains(made.load(ordering: .relaxed)))
  }
}
