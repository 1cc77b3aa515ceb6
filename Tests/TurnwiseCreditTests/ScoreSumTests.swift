import Testing
import TurnwiseCredit

@Suite struct `The sum of scores` {
  func paid(
    _ values: [Double], _ rewards: [Double?], isTruncated: Bool = false, valueAfter: Double? = nil
  ) throws -> [Double] {
    let (group, evidence) = try modelled(
      values, rewards, isTruncated: isTruncated, valueAfter: valueAfter)
    let shaped = try group.adding(ScoreSum().rewards(group, evidence: evidence, discount: 1))
    return shaped.episodes[0].turns.map(\.paid)
  }

  @Test func `replaces the environment's rewards`() throws {
    #expect(agree(try paid([0.4, 0.55, 0.9], [nil, 0.5, 0.5]), [0.55, 0.9, 1], within: 1e-12))
    #expect(
      agree(
        try paid([0.4, 0.55], [nil, 0], isTruncated: true, valueAfter: 0.3), [0.55, 0.3],
        within: 1e-12))
  }

  @Test func `pays for more turns`() throws {
    let short = try paid([0.5, 0.5, 0.5], [nil, nil, 1]).reduce(0, +)
    let long = try paid([0.5, 0.5, 0.5, 0.5, 0.5, 0.5], [nil, nil, nil, nil, nil, 1]).reduce(0, +)
    #expect(agree(long - short, 1.5, within: 1e-12))
  }

  @Test func `warns that it pays for length, and names missing or malformed evidence`() throws {
    let process = ShapedEstimator(ScoreSum(), TurnReturnToGo())
    #expect(process.notices(in: .usual).map(\.severity) == [.warning])
    let (group, evidence) = try modelled([0.2], [nil, 1])
    #expect(throws: CreditError.missing(.processModel)) {
      try process.credit(group, evidence: Evidence())
    }
    #expect(throws: CreditError.evidenceShape(.processModel, episode: "E")) {
      try process.credit(group, evidence: evidence)
    }
  }
}
