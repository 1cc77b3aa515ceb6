import Testing
import TurnwiseCore
import TurnwiseCredit

/// Returns a group of one episode, and evidence with the values of a process reward model.
func modelled(
  _ values: [Double], _ rewards: [Double?], isTruncated: Bool = false, valueAfter: Double? = nil
) throws -> (group: CreditGroup, evidence: Evidence) {
  (
    try CreditGroup([episode(rewards, isTruncated: isTruncated)]),
    Evidence(processModel: .init(values: [values], bootstrap: [valueAfter]))
  )
}

@Suite struct `Progress shaping` {
  func rewards(
    _ values: [Double], _ paid: [Double?], alpha: Double = 1, isTruncated: Bool = false,
    valueAfter: Double? = nil
  ) throws -> [Double] {
    let (group, evidence) = try modelled(
      values, paid, isTruncated: isTruncated, valueAfter: valueAfter)
    return try ProgressShaping { $0.alpha = alpha }
      .rewards(group, evidence: evidence, discount: 1).turns[0]
  }

  @Test func `pays the gain in value, section 6-2`() throws {
    #expect(agree(try rewards([0.2, 0.5], [nil, 1]), [0.3, 0.5], within: 1e-12))
    #expect(agree(try rewards([0.5904, 0.9375], [nil, 1])[0], 0.3471))
  }

  @Test func `telescopes to alpha times the return minus the first value`() throws {
    for alpha in [1, 3.5] {
      let paid = try rewards([0.2, 0.9, 0.4], [0.25, nil, 1], alpha: alpha)
      #expect(agree(paid.reduce(0, +), alpha * (1.25 - 0.2), within: 1e-12))
    }
  }

  @Test func `keeps the model's value of a truncated episode's last state`() throws {
    let cut = try rewards([0.2, 0.5], [nil, 0], isTruncated: true, valueAfter: 0.75)
    #expect(agree(cut, [0.3, 0.25], within: 1e-12))
    #expect(
      agree(try rewards([0.2, 0.5], [nil, 0], valueAfter: 0.75), [0.3, -0.5], within: 1e-12))
  }

  @Test func `scales the gradient by 1 plus alpha`() throws {
    let process = ShapedEstimator(ProgressShaping { $0.alpha = 2 }, RLOO())
    #expect(process.gradient == .scaled(3))
    let values = [[0.4, 0.55, 0.9], [0.4, 0.55], [0.4, 0.3, 0.9], [0.4, 0.3]]
    let evidence = Evidence(
      processModel: .init(values: values, bootstrap: Array(repeating: nil, count: 4)))
    let credit = try process.credit(fixtureA(), evidence: evidence)
    let plain = RLOO().credit(try fixtureA(), evidence: Evidence())
    #expect(agree(credit.turns, plain.turns.map { $0.map { 3 * $0 } }, within: 1e-12))
  }

  @Test func `names missing or malformed evidence`() throws {
    let (group, evidence) = try modelled([0.2], [nil, 1])
    #expect(throws: CreditError.missing(.processModel)) {
      try ProgressShaping().rewards(group, evidence: Evidence(), discount: 1)
    }
    #expect(throws: CreditError.evidenceShape(.processModel, episode: "E")) {
      try ProgressShaping().rewards(group, evidence: evidence, discount: 1)
    }
    #expect(throws: CreditError.evidenceShape(.processModel, episode: "E")) {
      _ = try rewards([0.2, .infinity], [nil, 1])
    }
    let process = ShapedEstimator(ProgressShaping(), TurnReturnToGo())
    #expect(process.notices(in: .usual).isEmpty)
    #expect(process.notices(in: .unforkable).map(\.severity) == [.refusal])
    #expect(
      ShapedEstimator(ProgressShaping(), ForkMonteCarlo()).notices(in: .usual) == [
        CreditNotice(
          .refusal, "'fork' compares with forks, whose turns are paid no process reward")
      ])
    #expect(
      ShapedEstimator(ProgressShaping { $0.alpha = 0 }, TurnReturnToGo()).notices(in: .usual)
        .map(\.severity) == [.warning])
  }
}
