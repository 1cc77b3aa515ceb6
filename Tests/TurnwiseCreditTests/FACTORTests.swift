import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Calibrated residuals` {
  static let worked: [([Double], Double, [Double])] = [
    // The gap goes to residuals in proportion to their size.
    ([0.5, -0.25, 0.25], 1.0, [0.75, -0.125, 0.375]), ([0.3, -0.1], 0, [0.15, -0.15]),
    // Where that is not enough, those against the total are dropped.
    ([0.1, -0.2, 0.1], 1, [0.5, 0, 0.5]), ([0.1, -0.2], -1, [0, -1]),
    // Where nothing is left, all turns get the same.
    ([-0.1, -0.2], 1, [0.5, 0.5]), ([0, 0, 0], 0.6, [0.2, 0.2, 0.2]), ([0, 0], 0, [0, 0]),
    // The forms agree where they meet.
    ([0.1, -0.2, 0.1], 0.4, [0.2, 0, 0.2]), ([0.1, -0.2, 0.1], 0.4 + 1e-14, [0.2, 0, 0.2]),
  ]

  @Test(arguments: worked)
  func `are scaled to a total`(residuals: [Double], total: Double, expected: [Double]) {
    let found = FACTOR.calibrated(residuals, total: total, scale: 1)
    #expect(agree(found, expected, within: 1e-12))
  }

  @Test func `sum to the total and keep their signs wherever they can`() {
    // Numbers from −1 to 1 that do not repeat for long.
    func number(_ place: Int) -> Double {
      2 * (Double(place) * 0.618033988749895).truncatingRemainder(dividingBy: 1) - 1
    }
    for trial in 0..<500 {
      let residuals = (0..<6).map { number(7 * trial + $0) }
      let total = 8 * number(7 * trial + 6)
      let found = FACTOR.calibrated(residuals, total: total, scale: 1)
      #expect(agree(found.reduce(0, +), total, within: 1e-9))
      guard residuals.contains(where: { $0 * total > 0 }) else { continue }
      #expect(zip(residuals, found).allSatisfy { $0 * $1 >= 0 }, "\(residuals) \(total)")
    }
  }

  @Test func `do not follow the rounding of values`() {
    let rounding = 0.1 + 0.2 - 0.3
    #expect(FACTOR.calibrated([rounding, -rounding], total: 1, scale: 0.3) == [0.5, 0.5])
  }

  @Test func `give the worked rows of Fixture A`() throws {
    let credit = try FACTOR().credit(fixtureA(), evidence: Evidence())
    let (win, loss) = ([0, 0.666667, 0], [0, -0.666667])
    #expect(agree(credit.turns, [win, loss, win, loss]))
    #expect(credit.episodes.allSatisfy { $0.valueTargets == nil })
  }

  @Test func `read a critic and give it targets`() throws {
    let critic = FACTOR { $0.values = .critic }
    let pair = try CreditGroup([
      episode([nil, nil, 1], tokens: [2, 3, 1]), episode([0], tokens: [1]),
    ])
    let evidence = Evidence(
      critic: .init(
        values: [[[0.3, 0.4], [0.5, 0.5, 0.6], [0.8]], [[0.6]]], bootstrap: [nil, nil]))
    let credit = try critic.credit(pair, evidence: evidence)
    // Residuals 0.2, 0.3, 0.2 and -0.6; advantages 1 and -1.
    #expect(agree(credit.turns[0], [2, 3, 2].map { $0 / 7 }, within: 1e-12))
    #expect(agree(credit.turns[1], [-1], within: 1e-12))
    #expect(credit.episodes[0].valueTargets == [[1], [1], [1]])
    let cut = try critic.credit(
      firstOfFixtureA(isTruncated: true), evidence: firstCritic(valueAfter: 0.4))
    #expect(cut.episodes[0].valueTargets == [[1.4], [1.4], [1.4]])
  }

  @Test func `read a process reward model`() throws {
    let (group, evidence) = try modelled([0.4, 0.9], [nil, 0])
    let other = try CreditGroup(group.episodes + [episode([1, nil], name: "F")])
    var both = evidence
    both.processModel = .init(values: [[0.4, 0.9], [0.5, 0]], bootstrap: [nil, nil])
    // Residuals 0.5, -0.9 and 0.5, 0; advantages -1 and 1.
    let credit = try FACTOR { $0.values = .model }.credit(other, evidence: both)
    let share = (-1 + 0.4) / 1.4
    #expect(agree(credit.turns[0], [0.5 * (1 + share), -0.9 * (1 - share)], within: 1e-12))
    #expect(agree(credit.turns[1], [1, 0], within: 1e-12))
  }

  @Test func `name missing evidence`() throws {
    #expect(throws: CreditError.noStateKey(episode: "E", turn: 0)) {
      try FACTOR().credit(group([[1], [0]]), evidence: Evidence())
    }
    for (values, need) in [(FACTOR.Values.critic, Evidence.Need.critic), (.model, .processModel)] {
      #expect(throws: CreditError.missing(need)) {
        try FACTOR { $0.values = values }.credit(fixtureA(), evidence: Evidence())
      }
    }
    #expect(FACTOR().notices(in: .alone).map(\.severity) == [.refusal])
  }
}
