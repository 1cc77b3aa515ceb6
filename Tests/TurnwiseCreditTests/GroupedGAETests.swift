import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Grouped GAE` {
  let evidence = Evidence()

  @Test(arguments: [
    (0.0, [0, 0.5, 0], [0, -0.5]), (0.95, [0.475, 0.5, 0], [-0.475, -0.5]),
    (1.0, [0.5, 0.5, 0], [-0.5, -0.5]),
  ])
  func `gives the worked rows of section 4-6`(
    lambda: Double, win: [Double], loss: [Double]
  ) throws {
    let credit = try GroupedGAE { $0.lambda = lambda }.credit(fixtureA(), evidence: evidence)
    #expect(agree(credit.turns, [win, loss, win, loss], within: 1e-12))
    #expect(credit.episodes.allSatisfy { $0.valueTargets == nil })
  }

  @Test func `discounts the values of states too`() throws {
    let credit = try GroupedGAE { ($0.gamma, $0.lambda) = (0.9, 0) }.credit(
      fixtureA(), evidence: evidence)
    // V is .405, .45 and 1 for S0, S1 and S3.
    #expect(agree(credit.turns[0], [0.9 * 0.45 - 0.405, 0.9 - 0.45, 0], within: 1e-12))
  }

  @Test func `divides credit by its root mean square over the graph`() throws {
    let graph = GroupedGAE { ($0.lambda, $0.standardize) = (0, .graph) }
    let credit = try graph.credit(fixtureA(), evidence: evidence).turns
    // Four of ten turns have credit of 0.5 or -0.5.
    let scale = 0.1.squareRoot() + 1e-6
    let (win, loss) = ([0, 0.5 / scale, 0], [0, -0.5 / scale])
    #expect(agree(credit, [win, loss, win, loss], within: 1e-12))
    let equal = try CreditGroup([episode([1], states: ["S"]), episode([1], states: ["S"])])
    #expect(try graph.credit(equal, evidence: evidence).turns == [[0], [0]])
  }

  @Test func `bootstraps a truncated episode from others that visited its last state`() throws {
    func credit(finalState: String) throws -> [Double] {
      let cut = try CreditGroup([
        episode([0], states: ["S0"], isTruncated: true, finalState: finalState),
        episode([nil, 1], states: ["S0", "S1"]),
      ])
      return try GroupedGAE { $0.lambda = 0 }.credit(cut, evidence: evidence).turns[0]
    }
    #expect(agree(try credit(finalState: "S1"), [0.5], within: 1e-12))
    #expect(agree(try credit(finalState: "S9"), [-0.5], within: 1e-12))
  }

  @Test func `gives no credit to a turn between two states that were visited once`() throws {
    let apart = try CreditGroup([
      episode([nil, nil, 1], states: ["S0", "T", "U"]),
      episode([nil, nil, 0], states: ["S0", "V", "W"]),
    ])
    let credit = try GroupedGAE { $0.lambda = 0 }.credit(apart, evidence: evidence)
    #expect(credit.turns == [[0.5, 0, 0], [-0.5, 0, 0]])
    #expect(credit.diagnostics.loneTurns == 4)
  }

  @Test func `gives equal returns exactly zero`() throws {
    let equal = try CreditGroup([
      episode([0.1, 0.2], states: ["S0", "S1"]), episode([nil, 0.3], states: ["S0", "S1"]),
    ])
    let credit = try GroupedGAE { $0.lambda = 1 }.credit(equal, evidence: evidence)
    #expect(credit.turns[0][0] == 0)
    #expect(credit.turns[1][0] == 0)
  }

  @Test func `names missing evidence`() throws {
    #expect(throws: CreditError.noStateKey(episode: "E", turn: 0)) {
      try GroupedGAE().credit(group([[1], [0]]), evidence: evidence)
    }
    #expect(GroupedGAE().notices(in: .usual).isEmpty)
    #expect(GroupedGAE().notices(in: .alone).map(\.severity) == [.refusal])
    #expect(GroupedGAE { $0.gamma = 0 }.notices(in: .usual).map(\.severity) == [.warning])
  }
}
