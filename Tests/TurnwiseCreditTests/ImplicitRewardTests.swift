import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Implicit process reward` {
  @Test func `gives the worked rewards of section 6-3`() throws {
    let rewards = try ImplicitReward()
      .rewards(fixtureA(), evidence: implicitEvidence(), discount: 1)
    #expect(
      agree(
        rewards.turns,
        [[0.1, -0.05, 0.15], [0.025, -0.125], [0.05, 0.1, 0.05], [-0.05, -0.1]], within: 1e-12))
    #expect(rewards.tokens == nil)
  }

  @Test func `pays tokens, and turns the sum of their tokens`() throws {
    let pair = try CreditGroup([episode([nil, 1], tokens: [2, 1])])
    let evidence = Evidence(implicitModel: [[[1, -3], [2]]])
    let rewards = try ImplicitReward { ($0.beta, $0.level) = (0.5, .token) }
      .rewards(pair, evidence: evidence, discount: 1)
    #expect(rewards.tokens == [[[0.5, -1.5], [1]]])
    #expect(rewards.turns == [[-1, 1]])
    let paid = try pair.adding(rewards).episodes[0].turns.map(\.paidTokens)
    #expect(paid == [[0.5, -1.5], [2]])
  }

  @Test func `names missing or malformed evidence`() throws {
    #expect(throws: CreditError.missing(.implicitModel)) {
      try ImplicitReward().rewards(fixtureA(), evidence: Evidence(), discount: 1)
    }
    #expect(throws: CreditError.evidenceShape(.implicitModel, episode: "E1")) {
      try ImplicitReward()
        .rewards(fixtureA(), evidence: Evidence(implicitModel: [[[1]]]), discount: 1)
    }
    var broken = try implicitEvidence()
    broken.implicitModel?[3][1][0] = .nan
    #expect(throws: CreditError.evidenceShape(.implicitModel, episode: "E4")) {
      try ImplicitReward().rewards(fixtureA(), evidence: broken, discount: 1)
    }
    let process = ShapedEstimator(ImplicitReward(), IStar())
    #expect(process.notices(in: .usual).isEmpty)
    #expect(process.notices(in: .wordless).map(\.severity) == [.refusal, .refusal])
  }
}
