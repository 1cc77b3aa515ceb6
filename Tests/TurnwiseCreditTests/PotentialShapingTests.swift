import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Potential shaping` {
  let evidence = Evidence()
  let process = ShapedEstimator(PotentialShaping(), TurnReturnToGo())

  func rewards(_ group: CreditGroup, gamma: Double = 1) throws -> [Double] {
    try PotentialShaping().rewards(group, evidence: evidence, discount: gamma).turns[0]
  }

  @Test(arguments: [(1.0, [0.3, 0.4, -0.9]), (0.9, [0.25, 0.31, -0.9])])
  func `adds the worked rows of section 6-5`(gamma: Double, expected: [Double]) throws {
    let group = try CreditGroup([episode([nil, nil, 0], potentials: [0.2, 0.5, 0.9])])
    let added = try rewards(group, gamma: gamma)
    #expect(agree(added, expected, within: 1e-12))
    let sum = added.reversed().reduce(0) { $1 + gamma * $0 }
    #expect(abs(sum + 0.2) < 1e-12)
  }

  @Test func `telescopes for a truncated episode as well`() throws {
    let potentials = [0.2, 0.5, 0.9]
    let cut = try CreditGroup([episode([0, 0, 0], potentials: potentials, isTruncated: true)])
    let ended = try CreditGroup([episode([0, 0, 0], potentials: potentials)])
    #expect(try rewards(cut) == rewards(ended))
    #expect(agree(try rewards(cut), [0.3, 0.4, -0.9], within: 1e-12))
  }

  @Test func `can use the value of a process reward model as the potential`() throws {
    let (group, model) = try modelled([0.2, 0.5, 0.9], [nil, nil, 0])
    let shaping = PotentialShaping { $0.of = .model }
    #expect(
      agree(
        try shaping.rewards(group, evidence: model, discount: 0.9).turns[0], [0.25, 0.31, -0.9],
        within: 1e-12))
    #expect(throws: CreditError.missing(.processModel)) {
      try shaping.rewards(group, evidence: evidence, discount: 1)
    }
    #expect(
      ShapedEstimator(shaping, TurnReturnToGo()).notices(in: .unforkable).map(\.severity) == [
        .refusal
      ])
  }

  @Test func `warns if it cancels`() {
    let whole = ShapedEstimator(PotentialShaping(), RLOO()).notices(in: .usual)
    #expect(whole.map(\.severity) == [.warning])
    #expect(process.notices(in: .usual).isEmpty)
  }

  @Test func `uses the discount of the estimator that consumes`() throws {
    let group = try CreditGroup([
      episode([nil, nil, 0], potentials: [0.2, 0.5, 0.9]), episode([1], potentials: [0.2]),
    ])
    let discounted = ShapedEstimator(PotentialShaping(), TurnReturnToGo { $0.gamma = 0.9 })
    // The return-to-go of the first turn is -0.2 in one episode and 1 - 0.2 in the other.
    #expect(
      agree(try discounted.credit(group, evidence: evidence).turns[0][0], -1, within: 1e-12))
  }

  @Test func `does not change a comparison of whole episodes`() throws {
    let group = try fixtureA()
    let shaped = try ShapedEstimator(PotentialShaping(), RLOO()).credit(group, evidence: evidence)
    let plain = RLOO().credit(group, evidence: evidence)
    #expect(agree(shaped.turns, plain.turns, within: 1e-12))
  }

  @Test func `gives no credit to the forced turn of Fixture A`() throws {
    let credit = try process.credit(fixtureA(), evidence: evidence)
    let (win, loss) = (2.0 / 3, -2.0 / 3)
    #expect(
      agree(
        credit.turns, [[win, win, 0], [loss, loss], [win, win, 0], [loss, loss]], within: 1e-12))
  }

  @Test func `subtracts the potential of the state before the turn`() throws {
    let group = try CreditGroup([
      episode([nil, 1], potentials: [0.5, 0.8]), episode([nil, 0], potentials: [0.5, 0.1]),
    ])
    let credit = try process.credit(group, evidence: evidence)
    #expect(agree(credit.turns, [[1, 0.3], [-1, -0.3]], within: 1e-12))
  }

  @Test func `names the remedy if there is no potential`() throws {
    let group = try CreditGroup([
      episode([1], potentials: [0.1]),
      CreditEpisode(name: "E2", turns: [CreditTurn(reward: 1)]),
    ])
    let error = #expect(throws: CreditError.noPotential(episode: "E2", turn: 0)) {
      try process.credit(group, evidence: evidence)
    }
    #expect(error?.description.contains("potential(_:)") == true)
    let setting = CreditSetting(groupSize: 8, turnLimit: 8, hasPotential: false)
    #expect(
      process.notices(in: setting) == [
        CreditNotice(
          .refusal, "'process' cannot be used here: the environment must have a potential(_:)")
      ])
  }

  @Test func `counts equal returns by the environment's rewards`() throws {
    let group = try CreditGroup([
      episode([nil, 1], potentials: [0.5, 0.8]), episode([nil, 1], potentials: [0.5, 0.1]),
    ])
    let credit = try process.credit(group, evidence: evidence)
    #expect(credit.diagnostics.equalReturnGroups == 1)
    #expect(credit.diagnostics.deadGroups == 0)
  }
}
