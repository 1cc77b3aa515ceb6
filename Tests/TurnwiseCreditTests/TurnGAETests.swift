import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Turn GAE` {
  @Test(arguments: [
    (1.0, 1.0, [0.7, 0.5, 0.2]), (0.95, 0.9, [0.543505, 0.431, 0.2]),
    (0.99, 0.9, [0.613948, 0.4702, 0.2]),
  ])
  func `gives the worked rows of section 4-5`(
    gamma: Double, lambda: Double, expected: [Double]
  ) throws {
    let credit = try TurnGAE { ($0.gamma, $0.lambda) = (gamma, lambda) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(credit.turns, [expected]))
    #expect(credit.episodes[0].tokens == nil)
  }

  @Test func `reads the critic only before the first token of a turn`() throws {
    let other = firstCritic([[0.3, -9], [0.5, 9, 9], [0.8]])
    let credit = try TurnGAE().credit(firstOfFixtureA(), evidence: other)
    #expect(try credit == TurnGAE().credit(firstOfFixtureA(), evidence: firstCritic()))
  }

  @Test func `is the return minus the value at gamma and lambda 1`() throws {
    let credit = try TurnGAE { $0.lambda = 1 }.credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(credit.turns, [[1 - 0.3, 1 - 0.5, 1 - 0.8]], within: 1e-12))
  }

  @Test func `trains the critic before each turn on returns, whatever its own lambda is`() throws {
    let credit = try TurnGAE { ($0.gamma, $0.lambda) = (0.9, 0) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    let targets = try #require(credit.episodes[0].valueTargets)
    #expect(agree(targets, [[0.81], [0.9], [1]], within: 1e-12))
    let own = try TurnGAE { ($0.lambda, $0.criticLambda) = (0, 0) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(try #require(own.episodes[0].valueTargets), [[0.5], [0.8], [1]], within: 1e-12))
  }

  @Test func `gives a turn without tokens the value of the next one, and no target`() throws {
    let silent = try CreditGroup([episode([nil, nil, 1], tokens: [1, 0, 1])])
    let credit = try TurnGAE { $0.lambda = 0 }.credit(
      silent, evidence: firstCritic([[0.3], [], [0.8]]))
    #expect(agree(credit.turns, [[0.5, 0, 0.2]], within: 1e-12))
    #expect(credit.episodes[0].valueTargets?.map(\.count) == [1, 0, 1])
  }

  @Test func `bootstraps only a truncated episode`() throws {
    let ended = try TurnGAE().credit(firstOfFixtureA(), evidence: firstCritic(valueAfter: 0.5))
    #expect(agree(ended.turns[0][2], 0.2, within: 1e-12))
    let cut = try TurnGAE()
      .credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic(valueAfter: 0.5))
    #expect(agree(cut.turns[0][2], 0.7, within: 1e-12))
    let limit = try TurnGAE { $0.bootstrap = false }
      .credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    #expect(limit.turns == ended.turns)
    #expect(throws: CreditError.noBootstrap(episode: "E")) {
      try TurnGAE().credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    }
  }

  @Test func `names missing or malformed evidence`() throws {
    #expect(throws: CreditError.missing(.critic)) {
      try TurnGAE().credit(firstOfFixtureA(), evidence: Evidence())
    }
    #expect(throws: CreditError.criticShape(episode: "E")) {
      try TurnGAE().credit(firstOfFixtureA(), evidence: firstCritic([[0.3], [0.5], [0.8]]))
    }
    #expect(throws: CreditError.noTokens(episode: "E")) {
      try TurnGAE()
        .credit(CreditGroup([episode([1], tokens: [0])]), evidence: firstCritic([[]]))
    }
  }

  @Test func `warns about options that depend on the critic alone`() {
    #expect(TurnGAE().notices(in: .alone).isEmpty)
    #expect(
      TurnGAE { ($0.gamma, $0.lambda, $0.criticLambda) = (0, 0, 0) }.notices(in: .usual).count == 3)
    #expect(TurnGAE().notices(in: .wordless).map(\.severity) == [.refusal])
  }
}
