import Testing
import TurnwiseReport

/// The reference numbers that rliable 1.2.0 printed.
enum Reference {
  static let x = Scores([
    [0.10, 0.55, 0.80, 1.20], [0.20, 0.50, 0.70, 0.90], [0.15, 0.60, 0.75, 1.10],
    [0.30, 0.45, 0.90, 1.00], [0.05, 0.65, 0.85, 0.40],
  ])
  static let y = Scores([
    [0.10, 0.40, 0.70, 1.00], [0.00, 0.50, 0.60, 0.80], [0.20, 0.35, 0.75, 0.95],
    [0.10, 0.55, 0.65, 0.30],
  ])

  static func agree(_ found: Double, _ expected: Double) -> Bool { abs(found - expected) < 1e-12 }

  static func agree(_ found: Interval, _ low: Double, _ high: Double) -> Bool {
    agree(found.low, low) && agree(found.high, high)
  }
}

@Suite struct `Scores of runs on tasks` {
  @Test func `have the reference statistics`() {
    let (x, y) = (Reference.x, Reference.y)
    #expect(Reference.agree(x.mean, 0.6075))
    #expect(Reference.agree(x.median, 0.675))
    #expect(Reference.agree(x.interquartileMean, 0.625))
    #expect(Reference.agree(y.mean, 0.496875))
    #expect(Reference.agree(y.median, 0.5625))
    #expect(Reference.agree(y.interquartileMean, 0.50625))
  }

  @Test func `have the reference probability of improvement, where ties count one half`() {
    let (x, y) = (Reference.x, Reference.y)
    #expect(Reference.agree(x.probabilityOfImprovement(over: y), 0.775))
    #expect(Reference.agree(y.probabilityOfImprovement(over: x), 0.225))
    for (task, expected) in [0.675, 0.8, 0.9, 0.725].enumerated() {
      let found = Scores(x.rows.map { $0[task] })
        .probabilityOfImprovement(over: Scores(y.rows.map { $0[task] }))
      #expect(Reference.agree(found, expected))
    }
    #expect(Scores([0.5, 0.5]).probabilityOfImprovement(over: Scores([0.5])) == 0.5)
  }

  @Test(arguments: [
    (1, 1.0), (2, 1.5), (3, 2.0), (4, 2.5), (5, 3.0), (6, 3.5), (7, 4.0), (8, 4.5), (10, 5.5),
  ])
  func `have the interquartile mean of the first whole numbers`(count: Int, expected: Double) {
    #expect(Scores((1...count).map(Double.init)).interquartileMean == expected)
  }

  @Test func `are refused if they are not finite or lack a task`() async {
    await #expect(processExitsWith: .failure) { _ = Scores([1, .nan]) }
    await #expect(processExitsWith: .failure) { _ = Scores([[1, 2], [3]]) }
  }
}
