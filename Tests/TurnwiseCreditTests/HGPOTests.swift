import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Nested history groups` {
  let evidence = Evidence()

  /// Returns four visits to S, of which two came from A and two from B.
  func visits(_ returns: [Double] = [1, 0.6, 0.2, 0]) throws -> CreditGroup {
    try CreditGroup(
      zip(returns, ["A", "A", "B", "B"]).map { value, past in
        episode([nil, value], states: [past, "S"])
      })
  }

  @Test(arguments: [
    (HGPO { $0.depth = 0 }, [0.55, 0.15, -0.25, -0.45]),
    (HGPO { $0.alpha = 60 }, [0.2, -0.2, 0.1, -0.1]),
    (HGPO(), [0.316667, -0.083333, -0.016667, -0.216667]),
    (HGPO { $0.depth = 1 }, [0.316667, -0.083333, -0.016667, -0.216667]),
    (HGPO { $0.alpha = 0 }, [0.375, -0.025, -0.075, -0.275]),
  ])
  func `give the worked rows of section 4-2`(estimator: HGPO, expected: [Double]) throws {
    let credit = try estimator.credit(visits(), evidence: evidence)
    #expect(agree(credit.turns.map { $0[1] }, expected))
  }

  @Test func `count a level whose advantage is truly 0`() throws {
    let credit = try HGPO().credit(visits([1, 1, 0, 0]), evidence: evidence)
    #expect(
      agree(credit.turns.map { $0[1] }, [0.5, 0.5, -0.5, -0.5].map { $0 / 3 }, within: 1e-12))
  }

  @Test func `are the step part of anchor-state groups at depth 0`() throws {
    for gamma in [1, 0.9] {
      let nested = try HGPO { ($0.gamma, $0.depth) = (gamma, 0) }.credit(
        fixtureA(), evidence: evidence)
      let step = try GiGPO { ($0.gamma, $0.episode) = (gamma, false) }.credit(
        fixtureA(), evidence: evidence)
      #expect(agree(nested.turns, step.turns, within: 1e-12))
    }
  }

  @Test func `give no credit to a state that is visited once`() throws {
    let credit = try HGPO().credit(
      CreditGroup([
        episode([nil, 1], states: ["S", "T"]), episode([0], states: ["S"]),
      ]), evidence: evidence)
    #expect(credit.turns[0][1] == 0)
    #expect(credit.diagnostics.loneTurns == 1)
  }

  @Test func `do not depend on a constant added to all returns`() throws {
    let plain = try HGPO { $0.gamma = 1 }.credit(visits(), evidence: evidence)
    let shifted = try HGPO { $0.gamma = 1 }.credit(
      visits([101, 100.6, 100.2, 100]), evidence: evidence)
    #expect(agree(shifted.turns, plain.turns, within: 1e-12))
  }

  @Test func `name missing evidence, and warn about depth 0`() throws {
    #expect(throws: CreditError.noStateKey(episode: "E", turn: 0)) {
      try HGPO().credit(group([[1], [0]]), evidence: evidence)
    }
    #expect(HGPO().notices(in: .usual).isEmpty)
    #expect(HGPO().notices(in: .alone).map(\.severity) == [.refusal])
    #expect(HGPO { ($0.gamma, $0.depth) = (0, 0) }.notices(in: .usual).count == 2)
  }
}
