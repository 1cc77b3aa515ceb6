import Testing
import TurnwiseCredit

@Suite struct `The minimum form` {
  let scores = [0.6, -0.2, 0.4]

  func returns(_ rewards: [Double]) -> [Double] {
    CreditEpisode(turns: rewards.map { CreditTurn(reward: $0) }).returnsToGo()
  }

  @Test func `gives the worked rows of section 6-4`() {
    let weighed = MinimumForm.weighted(scores, temperature: 0.1)
    #expect(agree(zip(weighed, scores).map { $0 / $1 }, [0.000335, 0.997194, 0.002472]))
    #expect(agree(returns(weighed), [-0.198249, -0.19845, 0.000989]))
    #expect(agree(returns(scores), [0.8, 0.2, 0.4]))
  }

  @Test func `is the worst score as the temperature falls`() {
    let hard = MinimumForm.weighted(scores, temperature: 1e-3)
    #expect(agree(hard, [0, -0.2, 0], within: 1e-12))
    // Up to the worst turn the return is its score, as with a hard minimum; after it the return is 0.
    #expect(agree(Array(returns(hard)[..<2]), [-0.2, -0.2], within: 1e-12))
  }

  @Test func `does not pay for more turns, unlike a sum`() {
    for count in [3, 6] {
      let weighed = MinimumForm.weighted(Array(repeating: 0.3, count: count), temperature: 0.1)
      #expect(agree(weighed.reduce(0, +), 0.3, within: 1e-12))
    }
    #expect(agree(returns(Array(repeating: 0.3, count: 3))[0], 0.9, within: 1e-12))
    #expect(agree(returns(Array(repeating: 0.3, count: 6))[0], 1.8, within: 1e-12))
  }

  @Test func `scores a turn by the state after it, and the last turn by the outcome`() throws {
    // Scores 2V - 1 are .6, -.2 and 2 × .7 - 1 = .4.
    let (group, evidence) = try modelled([0.5, 0.8, 0.4], [nil, nil, 0.7])
    let rewards = try MinimumForm().rewards(group, evidence: evidence, discount: 1)
    #expect(agree(returns(rewards.turns[0]), [-0.198249, -0.19845, 0.000989]))
    let (cut, other) = try modelled(
      [0.5, 0.8, 0.4], [nil, nil, 0], isTruncated: true, valueAfter: 0.7)
    #expect(
      agree(
        try MinimumForm().rewards(cut, evidence: other, discount: 1).turns, rewards.turns,
        within: 1e-12))
  }

  @Test func `names missing or malformed evidence`() throws {
    let (group, evidence) = try modelled([0.2], [nil, 1])
    #expect(throws: CreditError.missing(.processModel)) {
      try MinimumForm().rewards(group, evidence: Evidence(), discount: 1)
    }
    #expect(throws: CreditError.evidenceShape(.processModel, episode: "E")) {
      try MinimumForm().rewards(group, evidence: evidence, discount: 1)
    }
    #expect(ShapedEstimator(MinimumForm(), PURE()).notices(in: .usual).isEmpty)
  }
}
