import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `Anchor-state groups` {
  let evidence = Evidence()

  @Test(arguments: [
    (GiGPO { $0.gamma = 0.9 }, [0.905, 0.95, 0.5], [-0.905, -0.95]),
    (GiGPO { ($0.gamma, $0.crossStep) = (0.9, true) }, [0.805, 0.85, 0.4], [-1.005, -1.05]),
    (
      GiGPO { ($0.gamma, $0.std) = (0.9, true) }, [1.732047, 1.57313, 0.866024],
      [-1.732047, -1.57313]
    ),
  ])
  func `give the worked rows of section 4-1`(
    estimator: GiGPO, win: [Double], loss: [Double]
  ) throws {
    let credit = try estimator.credit(fixtureA(), evidence: evidence)
    #expect(agree(credit.turns, [win, loss, win, loss]))
    #expect(credit.diagnostics.loneTurns == 0)
  }

  @Test func `weight the step part`() throws {
    let step = try GiGPO { ($0.gamma, $0.episode) = (0.9, false) }.credit(
      fixtureA(), evidence: evidence)
    #expect(
      agree(
        step.turns, [[0.405, 0.45, 0], [-0.405, -0.45], [0.405, 0.45, 0], [-0.405, -0.45]],
        within: 1e-12))
    let half = try GiGPO { ($0.gamma, $0.weight, $0.episode) = (0.9, 0.5, false) }
      .credit(fixtureA(), evidence: evidence)
    #expect(agree(half.turns, step.turns.map { $0.map { $0 / 2 } }, within: 1e-12))
  }

  /// Returns one visit that took action a and won, and three that took b, of which one won: section 4.4.
  func rareAction() throws -> CreditGroup {
    try CreditGroup(
      [(1.0, "a"), (1, "b"), (0, "b"), (0, "b")].map { reward, action in
        episode([reward], states: ["S"], actions: [action])
      })
  }

  @Test(arguments: [
    (0.0, false, 0.5, -0.166667), (2, false, 0.166667, -0.1), (2, true, 0.055556, -0.033333),
  ])
  func `shrink rare actions as in section 4-4`(
    kappa: Double, gate: Bool, rare: Double, common: Double
  ) throws {
    let estimator = GiGPO {
      ($0.gamma, $0.episode, $0.actions, $0.kappa, $0.gate) = (1, false, true, kappa, gate)
    }
    let credit = try estimator.credit(rareAction(), evidence: evidence)
    #expect(agree(credit.turns, [[rare], [common], [common], [common]]))
  }

  @Test func `compare actions like visits if each was taken once and nothing is shrunk`() throws {
    let once = try CreditGroup(
      [(0.3, "a"), (1, "b"), (-2, "c")].map { reward, action in
        episode([reward], states: ["S"], actions: [action])
      })
    for gate in [false, true] {
      let actions = try GiGPO {
        ($0.gamma, $0.episode, $0.actions, $0.kappa, $0.gate) = (1, false, true, 0, gate)
      }
      .credit(once, evidence: evidence)
      let visits = try GiGPO { ($0.gamma, $0.episode) = (1, false) }.credit(
        once, evidence: evidence)
      #expect(agree(actions.turns, visits.turns, within: 1e-12))
    }
  }

  @Test func `find the irrelevant turn of Fixture A by its actions`() throws {
    let credit = try GiGPO { ($0.gamma, $0.episode, $0.actions, $0.kappa) = (1, false, true, 0) }
      .credit(fixtureA(), evidence: evidence)
    #expect(
      agree(credit.turns, [[0, 0.5, 0], [0, -0.5], [0, 0.5, 0], [0, -0.5]], within: 1e-12))
  }

  @Test func `count two visits of one episode as two`() throws {
    let again = try CreditGroup([
      episode([nil, 1], states: ["S", "S"]), episode([0], states: ["S"]),
    ])
    let credit = try GiGPO { ($0.gamma, $0.episode) = (1, false) }.credit(again, evidence: evidence)
    #expect(agree(credit.turns, [[1.0 / 3, 1.0 / 3], [-2.0 / 3]], within: 1e-12))
  }

  @Test func `have no step part for a state visited once`() throws {
    let apart = try CreditGroup([
      episode([nil, 1], states: ["S", "T"]), episode([nil, 0], states: ["S", "U"]),
    ])
    let step = try GiGPO { $0.episode = false }.credit(apart, evidence: evidence)
    #expect(step.turns[0][1] == 0)
    #expect(step.diagnostics.loneTurns == 2)
    let both = try GiGPO().credit(apart, evidence: evidence)
    #expect(agree(both.turns[0][1], 0.5, within: 1e-12))
  }

  @Test func `do not depend on a constant added to all returns`() throws {
    var shifted = try fixtureA().episodes
    for member in shifted.indices {
      let last = shifted[member].turns.indices.last ?? 0
      shifted[member].turns[last].reward? += 100
    }
    let group = try CreditGroup(shifted)
    for estimator in [
      GiGPO { $0.gamma = 1 }, GiGPO { ($0.gamma, $0.crossStep) = (1, true) },
      GiGPO { ($0.gamma, $0.std) = (1, true) },
    ] {
      let plain = try estimator.credit(fixtureA(), evidence: evidence)
      #expect(
        agree(try estimator.credit(group, evidence: evidence).turns, plain.turns, within: 1e-10))
    }
  }

  @Test func `name missing evidence, and warn about options that leave out a part`() throws {
    #expect(throws: CreditError.noStateKey(episode: "E", turn: 0)) {
      try GiGPO().credit(group([[1], [0]]), evidence: evidence)
    }
    #expect(GiGPO().notices(in: .usual).isEmpty)
    #expect(GiGPO().notices(in: .alone).map(\.severity) == [.refusal])
    #expect(
      GiGPO { ($0.gamma, $0.weight) = (0, 0) }.notices(in: .usual).map(\.severity) == [
        .warning, .warning,
      ])
    #expect(GiGPO { ($0.episode, $0.crossStep) = (false, true) }.notices(in: .usual).count == 1)
  }
}
