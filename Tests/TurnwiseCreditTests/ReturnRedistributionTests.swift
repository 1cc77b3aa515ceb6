import Testing
import TurnwiseCredit

@Suite struct `Return redistribution` {
  @Test func `gives the worked rows of section 7-1`() {
    #expect(
      agree(
        ReturnRedistribution.corrected([0.1, 0.6, 0.2], total: 1), [0.133333, 0.633333, 0.233333]))
    #expect(agree(ReturnRedistribution.differences([0.55, 0.9, 1]), [0.55, 0.35, 0.1]))
  }

  /// Returns the reward of each turn after shaping.
  func redistributed(
    _ values: [Double], _ paid: [Double?], isTruncated: Bool = false, valueAfter: Double? = nil
  ) throws -> [Double] {
    let (group, evidence) = try modelled(
      values, paid, isTruncated: isTruncated, valueAfter: valueAfter)
    let shaped = try group.adding(
      ReturnRedistribution().rewards(group, evidence: evidence, discount: 1))
    return shaped.episodes[0].turns.map(\.paid)
  }

  @Test func `moves the return to the turns at which the prediction changed`() throws {
    #expect(
      agree(try redistributed([0.4, 0.55, 0.9], [nil, nil, 1]), [0.55, 0.35, 0.1], within: 1e-12))
  }

  @Test func `includes earlier rewards in the prediction`() throws {
    #expect(
      agree(try redistributed([0.4, 0.5, 0.1], [0.25, nil, 1]), [0.75, -0.4, 0.9], within: 1e-12))
  }

  @Test func `spreads the rest of a truncated episode evenly`() throws {
    let cut = try redistributed([0.4, 0.5], [nil, 0], isTruncated: true, valueAfter: 0.6)
    #expect(agree(cut, [0.5 - 0.3, 0.1 - 0.3], within: 1e-12))
  }

  @Test func `keeps the sum of every episode`() throws {
    let values = [[0.4, 0.55, 0.9], [0.4, 0.55], [0.4, 0.3, 0.9], [0.4, 0.3]]
    let evidence = Evidence(
      processModel: .init(values: values, bootstrap: Array(repeating: nil, count: 4)))
    let group = try fixtureA()
    let shaped = try group.adding(
      ReturnRedistribution().rewards(group, evidence: evidence, discount: 1))
    #expect(
      agree(shaped.episodes.map(\.totalReward), group.episodes.map(\.totalReward), within: 1e-12))
    let credit = try ShapedEstimator(ReturnRedistribution(), RLOO())
      .credit(group, evidence: evidence)
    #expect(
      agree(credit.turns, RLOO().credit(group, evidence: evidence).turns, within: 1e-12))
  }

  @Test func `names missing or malformed evidence, and warns if it changes nothing`() throws {
    let (group, evidence) = try modelled([0.2], [nil, 1])
    #expect(throws: CreditError.missing(.processModel)) {
      try ReturnRedistribution().rewards(group, evidence: Evidence(), discount: 1)
    }
    #expect(throws: CreditError.evidenceShape(.processModel, episode: "E")) {
      try ReturnRedistribution().rewards(group, evidence: evidence, discount: 1)
    }
    let whole = ShapedEstimator(ReturnRedistribution(), RLOO()).notices(in: .usual)
    #expect(whole.map(\.severity) == [.warning])
    #expect(ShapedEstimator(ReturnRedistribution(), TurnReturnToGo()).notices(in: .usual).isEmpty)
  }
}
