import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Progress smear` {
  func rewards(_ group: CreditGroup, _ smear: ProgressSmear = ProgressSmear()) throws -> [[Double]]
  {
    try smear.rewards(group, evidence: Evidence(), discount: 1).turns
  }

  /// Returns what one episode is paid at γ = 0, which is the progress of each turn.
  func progress(
    _ potentials: [Double?], _ paid: [Double?], isTruncated: Bool = false
  ) throws -> [Double] {
    var played = episode(paid, isTruncated: isTruncated)
    for turn in potentials.indices { played.turns[turn].potential = potentials[turn] }
    return try rewards(CreditGroup([played]), ProgressSmear { $0.gamma = 0 })[0]
  }

  @Test(arguments: [
    (0.0, [1.0, 2, 4]), (0.5, [2.238095, 2.476190, 2.285714]),
    (1.0, [3.333333, 2.333333, 1.333333]),
  ])
  func `spreads progress backwards with weights that sum to 1`(gamma: Double, paid: [Double]) {
    #expect(agree(ProgressSmear.smeared([1, 2, 4], gamma: gamma), paid))
    #expect(agree(paid.reduce(0, +), 7, within: 2e-6))
  }

  @Test func `pays the worked rows of Fixture A`() throws {
    let (win, loss) = ([0.166667, 0.333333, 0], [-0.166667, -0.333333])
    #expect(agree(try rewards(fixtureA()), [win, loss, win, loss]))
    let twice = try rewards(fixtureA(), ProgressSmear { $0.alpha = 2 })
    #expect(agree(twice[0], [0.333333, 0.666667, 0]))
  }

  @Test func `counts what was paid on the way as progress`() throws {
    #expect(agree(try progress([0.5, 0.5], [0.2, 0.8]), [0.2, 0.3], within: 1e-12))
  }

  @Test func `hands the progress of an unscored turn on to the next scored one`() throws {
    #expect(agree(try progress([0.2, nil, 0.6], [nil, nil, 1]), [0, 0.4, 0.4], within: 1e-12))
    #expect(agree(try progress([0.2, 0, 0.6], [nil, nil, 1]), [-0.2, 0.6, 0.4], within: 1e-12))
    #expect(agree(try progress([nil, 0.3], [nil, 1]), [0, 0.7], within: 1e-12))
  }

  @Test func `pays nothing after the last score of an episode that was cut off`() throws {
    #expect(
      agree(try progress([0.2, 0.5], [nil, 0.1], isTruncated: true), [0.3, 0], within: 1e-12))
    let (group, evidence) = try modelled(
      [0.2, 0.5], [nil, 0.1], isTruncated: true, valueAfter: 0.7)
    let smear = ProgressSmear { ($0.of, $0.gamma) = (.model, 0) }
    let found = try smear.rewards(group, evidence: evidence, discount: 1).turns[0]
    #expect(agree(found, [0.3, 0.3], within: 1e-12))
  }

  @Test(arguments: [0, 0.3, 0.9, 1])
  func `pays the gain of the last score over the first in sum`(gamma: Double) throws {
    let scores: [Double?] = [nil, 0.4, 0.1, nil, 0.9, 0.2]
    var played = episode([nil, 0.3, nil, nil, -0.1, 0.5])
    for turn in scores.indices { played.turns[turn].potential = scores[turn] }
    let smear = ProgressSmear { ($0.gamma, $0.alpha) = (gamma, 2) }
    let paid = try rewards(CreditGroup([played]), smear)[0]
    // The last score is the return, 0.7; the first one is 0.4, after the first turn.
    #expect(agree(paid.reduce(0, +), 2 * (0.7 - 0.4), within: 1e-12))
  }

  @Test func `without spreading is delta with the same values`() throws {
    let (group, evidence) = try modelled([0.4, 0.55, 0.9], [0.1, nil, 1])
    let smear = ProgressSmear { ($0.of, $0.gamma) = (.model, 0) }
    let found = try smear.rewards(group, evidence: evidence, discount: 1).turns[0]
    let delta = try ProgressShaping().rewards(group, evidence: evidence, discount: 1).turns[0]
    #expect(agree(found, delta, within: 1e-12))
  }

  @Test func `refuses an environment without potentials`() throws {
    #expect(throws: CreditError.noPotential(episode: "E", turn: 0)) {
      try rewards(group([[nil, 1]]))
    }
    #expect(throws: CreditError.missing(.processModel)) {
      try rewards(fixtureA(), ProgressSmear { $0.of = .model })
    }
  }

  @Test func `warns of estimators that sum what was spread`() {
    func warnings(_ smear: ProgressSmear, _ consumer: some CreditEstimator) -> Int {
      ShapedEstimator(smear, consumer).notices(in: .usual).count
    }
    #expect(warnings(ProgressSmear(), ImmediateReward()) == 0)
    #expect(warnings(ProgressSmear(), TurnReturnToGo()) == 1)
    #expect(warnings(ProgressSmear { $0.gamma = 0 }, TurnReturnToGo()) == 0)
    #expect(warnings(ProgressSmear { $0.alpha = 0 }, TurnReturnToGo()) == 1)
  }
}
