import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `An audit of the gated problem` {
  @Test func `has the start value that its documentation states`() {
    #expect(abs(GatedProblem(chance: 0.31).startValue - 0.209) < 5e-4)
  }

  @Test func `has advantages whose mean is zero in every state`() {
    let problem = GatedProblem()
    for state in GatedProblem.allStates {
      let mean = (0..<GatedProblem.actions).reduce(0) {
        $0 + problem.probability(of: $1, in: state) * problem.advantage(of: $1, in: state)
      }
      #expect(abs(mean) < 1e-12)
      let decides = GatedProblem.gates.contains(state.turn) && state.isOpen
      #expect((abs(problem.advantage(of: 0, in: state)) > 1e-9) == decides)
    }
  }

  // The results of an independent implementation, from 3000 groups: each within 0.03, and in the same order
  // where they differ by more than 0.03.
  @Test func `gives the reference correlations`() throws {
    let expected: [(name: String, pearson: Double)] = [
      ("rloo", 0.213), ("grpo", 0.211), ("gigpo:episode=false,gamma=1", 0.185),
      ("gigpo:gamma=1", 0.212), ("hgpo:gamma=1", 0.186),
      ("gigpo:actions=true,episode=false,gamma=1,gate=false", 0.276),
      ("group-gae:lambda=0", 0.269), ("group-gae:lambda=0.9", 0.213), ("tree:k=0", 0.137),
      ("fork:k=1", 0.182), ("fork:k=4", 0.322), ("fork:k=9", 0.406),
      ("turn-gae:lambda=1", 0.256), ("turn-gae:lambda=0.9", 0.312), ("turn-gae:lambda=0", 0.564),
    ]
    let entries = try expected.map { row in
      GatedAudit.Entry.estimator(
        try EstimatorCatalog.standard.estimator(row.name), hasCriticError: false)
    }
    let scores = try GatedAudit(groups: 800).scores(entries)
    let found = try scores.map { try #require($0.pearson) }
    for (row, pearson) in zip(expected, found) {
      #expect(abs(pearson - row.pearson) < 0.03, "\(row.name): \(pearson)")
    }
    for first in expected.indices {
      for second in expected.indices where expected[first].pearson > expected[second].pearson + 0.03
      {
        #expect(found[first] > found[second])
      }
    }
  }

  @Test func `gives the true advantages a perfect score, and raw returns a poor one`() throws {
    let audit = GatedAudit(groups: 100)
    let scores = try audit.scores([.rawReturn, .trueAdvantage])
    #expect(abs(try #require(scores[1].pearson) - 1) < 1e-12)
    #expect(scores[1].bias ?? 1 < 1e-12 && scores[1].leakage < 1e-12 && scores[1].signs == 1)
    #expect(try #require(scores[0].pearson) < 0.5)
  }

  @Test func `shares forks of equal pasts, and counts the turns of all others`() throws {
    let score = try GatedAudit(groups: 50).scores([
      .estimator(ForkMonteCarlo { $0.k = 1 }, hasCriticError: false)
    ])[0]
    // Without sharing it would be 6 + 5 + 4 + 3 + 2 + 1 turns; if only the start is shared, 15.75.
    #expect(score.forkTurns < 15.75 && score.forkTurns > 5)
  }

  @Test func `gives the same scores with the same seed`() throws {
    let entry = GatedAudit.Entry.estimator(TurnGAE { $0.lambda = 0 }, hasCriticError: true)
    let audit = GatedAudit(groups: 20, seed: 9)
    #expect(try audit.scores([entry]) == audit.scores([entry]))
    #expect(try audit.scores([entry]) != GatedAudit(groups: 20, seed: 10).scores([entry]))
  }

  @Test(arguments: [
    ([1.0, 2, 3], [2.0, 4, 7], 1.0), ([1, 2, 3, 4], [1, 3, 2, 4], 0.8),
    ([1, 1, 2], [1, 2, 3], 0.866025),
  ])
  func `computes rank correlations`(x: [Double], y: [Double], expected: Double) throws {
    #expect(abs(try #require(Correlation.spearman(x, y)) - expected) < 1e-6)
    #expect(Correlation.pearson(x, x.map { _ in 1 }) == nil)
  }
}
