import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Bi-level GAE` {
  @Test(arguments: [
    (1.0, 1.0, [0.7, 0.6, 0.5, 0.5, 0.4, 0.2]), (0.9, 1.0, [0.51, 0.41, 0.4, 0.4, 0.3, 0.2]),
    (0.9, 0.95, [0.469365, 0.388805, 0.3576275, 0.37645, 0.291, 0.2]),
  ])
  func `gives the worked rows of section 5-2`(
    turnGamma: Double, lambda: Double, expected: [Double]
  ) throws {
    let credit = try BiLevelGAE { ($0.turnGamma, $0.lambda) = (turnGamma, lambda) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(credit.tokens(0), expected))
    #expect(credit.episodes[0].tokens?.map(\.count) == [2, 3, 1])
  }

  @Test func `is token GAE at discounts and lambda 1`() throws {
    let two = try BiLevelGAE { ($0.turnGamma, $0.gamma, $0.lambda) = (1, 1, 1) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    let one = try TokenGAE { $0.lambda = 1 }.credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(two.tokens(0), one.tokens(0), within: 1e-12))
  }

  @Test func `discounts a turn once where token GAE discounts each of its tokens`() throws {
    let two = try BiLevelGAE { ($0.turnGamma, $0.gamma, $0.lambda) = (0.9, 0.9, 1) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    let one = try TokenGAE { ($0.gamma, $0.lambda) = (0.9, 1) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    // After the last token of turn 1 there are two more turns, but four more tokens.
    #expect(agree(two.tokens(0)[1], 0.81 - 0.4, within: 1e-12))
    #expect(agree(one.tokens(0)[1], 0.6561 - 0.4, within: 1e-12))
    #expect(
      BiLevelGAE { ($0.turnGamma, $0.gamma, $0.lambda) = (0.9, 0.9, 1) }.notices(in: .usual).isEmpty
    )
  }

  @Test func `recognises the end of a turn that was paid nothing`() throws {
    func credit(_ second: Double) throws -> [Double] {
      let group = try CreditGroup([episode([0, second, 1], tokens: [2, 3, 1])])
      return try BiLevelGAE().credit(group, evidence: firstCritic()).tokens(0)
    }
    #expect(agree(try credit(0), try credit(1e-9), within: 1e-8))
  }

  @Test(arguments: ["token", "turn-gae", "bi-level", "vetta"])
  func `gives no credit in a group that always wins, with an exact critic`(name: String)
    throws
  {
    let group = try CreditGroup([
      episode(Array(repeating: nil, count: 7) + [1], tokens: Array(repeating: 2, count: 8))
    ])
    let critic = Evidence.Critic(
      values: [Array(repeating: [1, 1], count: 8)], bootstrap: [nil])
    let estimator = try EstimatorCatalog.standard.estimator(name)
    let credit = try estimator.credit(group, evidence: Evidence(critic: critic)).episodes[0]
    #expect(credit.turns.allSatisfy { abs($0) < 1e-12 }, "\(credit.turns)")
  }

  @Test func `trains the critic on the returns of tokens`() throws {
    let credit = try BiLevelGAE { $0.gamma = 0.9 }.credit(
      firstOfFixtureA(), evidence: firstCritic())
    let targets = try #require(credit.episodes[0].valueTargets).flatMap(\.self)
    #expect(agree(targets, [0.59049, 0.6561, 0.729, 0.81, 0.9, 1], within: 1e-12))
  }

  @Test func `bootstraps only a truncated episode`() throws {
    let ended = try BiLevelGAE().credit(firstOfFixtureA(), evidence: firstCritic(valueAfter: 0.5))
    let cut = try BiLevelGAE()
      .credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic(valueAfter: 0.5))
    #expect(agree(ended.tokens(0)[5], 0.2, within: 1e-12))
    #expect(agree(cut.tokens(0)[5], 1 + 0.5 - 0.8, within: 1e-12))
    let limit = try BiLevelGAE { $0.bootstrap = false }
      .credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    #expect(limit.tokens(0) == ended.tokens(0))
  }

  @Test func `leaves out turns without tokens`() throws {
    let silent = try CreditGroup([episode([nil, 0.25, 0.5], tokens: [1, 0, 1])])
    let credit = try BiLevelGAE { ($0.turnGamma, $0.lambda) = (1, 1) }
      .credit(silent, evidence: firstCritic([[0.3], [], [0.8]]))
    #expect(credit.episodes[0].tokens?.map(\.count) == [1, 0, 1])
    #expect(agree(credit.tokens(0), [0.75 - 0.3, 0.5 - 0.8], within: 1e-12))
  }

  @Test func `names missing evidence, and warns if it is token GAE`() throws {
    #expect(throws: CreditError.missing(.critic)) {
      try BiLevelGAE().credit(firstOfFixtureA(), evidence: Evidence())
    }
    #expect(throws: CreditError.criticShape(episode: "E")) {
      try BiLevelGAE().credit(firstOfFixtureA(), evidence: firstCritic([[0.3], [0.5], [0.8]]))
    }
    #expect(throws: CreditError.noBootstrap(episode: "E")) {
      try BiLevelGAE().credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    }
    #expect(BiLevelGAE().notices(in: .alone).isEmpty)
    let same = BiLevelGAE { ($0.turnGamma, $0.gamma, $0.lambda) = (1, 1, 1) }.notices(in: .usual)
    #expect(same.map(\.severity) == [.warning])
    #expect(same[0].message.contains("digit for digit"))
    #expect(BiLevelGAE { $0.lambda = 0 }.notices(in: .usual).count == 1)
    #expect(BiLevelGAE().notices(in: .wordless).map(\.severity) == [.refusal])
  }
}
