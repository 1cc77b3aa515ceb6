import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Coordinated turn and token advantages` {
  @Test func `give the worked row of section 5-3`() throws {
    let credit = try VETTA { $0.turnGamma = 0.95 }.credit(
      firstOfFixtureA(), evidence: firstCritic())
    #expect(agree(credit.turns, [[0.572551, 0.4405, 0.2]]))
    #expect(
      agree(credit.tokens(0), [0.622551, 0.522551, 0.473833, 0.473833, 0.373833, 0.2]))
  }

  @Test func `centre the token level in each turn`() throws {
    for alpha in [0.5, 3] {
      let credit = try VETTA { ($0.lambda, $0.alpha) = (0.7, alpha) }
        .credit(firstOfFixtureA(), evidence: firstCritic())
      for (turn, tokens) in zip(credit.turns[0], credit.episodes[0].tokens ?? []) {
        #expect(abs(tokens.reduce(0) { $0 + $1 - turn }) < 1e-12)
      }
    }
  }

  @Test func `are turn GAE without the token level`() throws {
    let fused = try VETTA { ($0.turnGamma, $0.alpha) = (0.95, 0) }.credit(
      firstOfFixtureA(), evidence: firstCritic())
    let turns = try TurnGAE { ($0.gamma, $0.lambda) = (0.95, 0.95) }
      .credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(fused.turns == turns.turns)
    #expect(
      zip(fused.episodes[0].tokens ?? [], turns.turns[0]).allSatisfy { tokens, turn in
        tokens.allSatisfy { $0 == turn }
      })
  }

  @Test func `train the critic before each token`() throws {
    let credit = try VETTA().credit(firstOfFixtureA(), evidence: firstCritic())
    #expect(
      agree(credit.episodes[0].valueTargets ?? [], [[1, 1], [1, 1, 1], [1]], within: 1e-12))
  }

  @Test func `name missing or malformed evidence, and warn if a level is left out`() throws {
    #expect(throws: CreditError.missing(.critic)) {
      try VETTA().credit(firstOfFixtureA(), evidence: Evidence())
    }
    #expect(throws: CreditError.criticShape(episode: "E")) {
      try VETTA().credit(firstOfFixtureA(), evidence: firstCritic([[0.3]]))
    }
    #expect(throws: CreditError.noBootstrap(episode: "E")) {
      try VETTA().credit(firstOfFixtureA(isTruncated: true), evidence: firstCritic())
    }
    #expect(VETTA().notices(in: .alone).isEmpty)
    #expect(VETTA { ($0.turnLambda, $0.alpha) = (0, 0) }.notices(in: .usual).count == 2)
    #expect(VETTA().notices(in: .wordless).map(\.severity) == [.refusal])
  }
}
