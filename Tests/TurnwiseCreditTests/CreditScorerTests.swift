import Testing
import TurnwiseCore
import TurnwiseCredit

@Suite struct `A score of credit` {
  private func scorer(_ groups: [[CreditSample]]) -> CreditScorer {
    var scorer = CreditScorer()
    for group in groups {
      scorer.add(
        group, gradient: [1, 0], reference: [1, 0], episodes: 2, turns: 10, forkTurns: 0)
    }
    return scorer
  }

  private func sample(_ credit: Double, _ truth: Double, _ cell: Int = 0, margin: Double = 0.1)
    -> CreditSample
  {
    // There are two actions in each situation.
    CreditSample(
      credit: credit, truth: truth, margin: margin, cell: cell, situation: cell / 2)
  }

  @Test func `has the slope and residual of a least-squares fit`() throws {
    let score = scorer([[sample(1, 2), sample(-2, -4, 1), sample(2, 5, 2)]]).score
    #expect(abs(try #require(score.slope) - 20.0 / 9) < 1e-12)
    let left = [2 - 20.0 / 9, -4 + 40.0 / 9, 5 - 40.0 / 9]
    let square = left.reduce(0) { $0 + $1 * $1 } / 3
    #expect(abs(score.residual - square.squareRoot()) < 1e-12)
    #expect(scorer([[sample(0, 1)]]).score.slope == nil)
  }

  @Test func `counts signs if the truth is significant, and leakage if it is not`() {
    let score = scorer([[sample(1, 0.5), sample(1, -0.5), sample(0.3, 0.05), sample(0.4, -0.1)]])
      .score
    #expect(score.signs == 0.5)
    #expect(abs(score.leakage - (0.125).squareRoot()) < 1e-12)
  }

  @Test func `counts turns and groups without credit`() {
    let score = scorer([[sample(0, 1), sample(0, 0)], [sample(0, 1), sample(2, 1)]]).score
    #expect(score.coverage == 0.25 && score.deadGroups == 0.5)
  }

  @Test func `has a bias that variance does not increase`() throws {
    // The credit is right on average, with an error of 1 or -1 each time.
    var random = Randomness(seed: 2)
    let samples = (0..<4000).map { index in
      sample(Bool.random(using: &random) ? 1.5 : -0.5, 0.5, index / 2)
    }
    let score = scorer([samples]).score
    // Without the correction it would be the root mean square of means of two minus means of four, 0.5.
    #expect(try #require(score.bias) < 0.2 && abs(score.variance - 1) < 0.1)
    // An action that is seen once, or is the only one in its situation, has nothing to be compared with.
    #expect(scorer([[sample(5, 0)]]).score.bias == nil)
    #expect(scorer([[sample(5, 0), sample(5, 0)]]).score.bias == nil)
  }

  @Test func `has no bias from an offset of a situation, only from one of an action`() throws {
    var random = Randomness(seed: 5)
    let samples = (0..<4000).map { index in
      sample(0.5 + (Bool.random(using: &random) ? 0.1 : -0.1), 0.5, index / 2)
    }
    func bias(_ change: (CreditSample) -> Double) throws -> Double {
      let changed = samples.map { sample(change($0), $0.truth, $0.cell) }
      return try #require(scorer([changed]).score.bias)
    }
    // A baseline of the situation has no expected gradient: Σ_a π(a) ∇ log π(a) = 0.
    #expect(try bias { $0.credit + 2 } < 0.05)
    #expect(try bias { $0.credit + Double($0.situation % 7) } < 0.05)
    // An offset of 2 for one of two equally likely actions is 1 and -1 around their mean.
    #expect(abs(try bias { $0.credit + ($0.cell % 2 == 0 ? 2 : 0) } - 1) < 0.05)
  }

  @Test func `weights the actions of a situation by how often they were taken`() throws {
    let rare = (0..<2).map { _ in sample(4, 0, 0) }
    let often = (0..<6).map { _ in sample(0, 0, 1) }
    // The mean is 1, so the error is 3 twice and -1 six times: (2 · 9 + 6 · 1) / 8.
    #expect(abs(try #require(scorer([rare + often]).score.bias) - 3.0.squareRoot()) < 1e-12)
  }

  @Test func `has the signal and noise of gradients, and counts the turns of forks`() throws {
    var random = Randomness(seed: 3)
    var plain = CreditScorer()
    var forked = CreditScorer()
    for _ in 0..<4000 {
      let gradient = [1, 0].map { $0 + (Bool.random(using: &random) ? 1.0 : -1) }
      plain.add([], gradient: gradient, reference: [2, 0], episodes: 8, turns: 40, forkTurns: 0)
      forked.add([], gradient: gradient, reference: [2, 0], episodes: 8, turns: 40, forkTurns: 360)
    }
    // The mean is (1, 0), so S = 1; each component has variance 1, so the noise is 2.
    #expect(abs(try #require(plain.score.signalToNoise) - 0.5) < 0.05)
    let (few, many) = (plain.score, forked.score)
    #expect(abs(try #require(few.signalPerThousandTurns) - 12.5) < 1.5)
    #expect(
      abs(try #require(many.signalPerThousandTurns) * 10 - (few.signalPerThousandTurns ?? 0)) < 1e-9
    )
    #expect(many.forkTurns == 45 && few.forkTurns == 0)
    #expect(try #require(few.cosine) > 0.99)
    #expect(try #require(few.groupCosine) < 0.9)
  }
}

@Suite struct `Controls of an audit` {
  private var random: Randomness { Randomness(seed: 8) }

  @Test func `shuffle the numbers and leave the gaps unchanged`() {
    var stream = random
    let credit: [[[Double?]]] = [[[1, nil, 2], [3, 4, nil]], [[5]]]
    let shuffled = CreditControls.shuffled(credit, using: &stream)
    func gaps(_ credit: [[[Double?]]]) -> [[[Bool]]] {
      credit.map { $0.map { $0.map { $0 == nil } } }
    }
    #expect(gaps(shuffled) == gaps(credit))
    #expect(shuffled.joined().joined().compactMap(\.self).sorted() == [1, 2, 3, 4, 5])
    #expect(shuffled != credit)
  }

  @Test func `have an expected correlation of 0 for shuffled truth, also if groups differ`()
    throws
  {
    // Only one group has credit that differs from zero.
    let credit: [[[Double?]]] = [
      [[1, 0.8], [0.6, -0.1]], [[0, 0], [0, 0.1]], [[-0.1, 0], [0, 0]],
    ]
    let truth = credit.joined().joined().compactMap(\.self)
    var stream = random
    let draws = 4000
    let mean =
      try (0..<draws).reduce(0.0) { sum, _ in
        let shuffled = CreditControls.shuffled(credit, using: &stream)
        return try sum
          + #require(Correlation.pearson(shuffled.joined().joined().compactMap(\.self), truth))
      } / Double(draws)
    // One draw has a standard deviation of about 1/√11. Within groups the mean would be above 0.5.
    #expect(abs(mean) < 4 * 0.302 / Double(draws).squareRoot())
  }

  @Test func `distribute the credit of rloo over turns at random`() throws {
    let group = try CreditGroup(
      [1.0, 0, 0].map { reward in
        CreditEpisode(turns: [CreditTurn(), CreditTurn(), CreditTurn(reward: reward)])
      })
    var stream = random
    let spread = CreditControls.redistributed(group, using: &stream)
    let plain = RLOO().credit(group, evidence: Evidence())
    for (turns, credit) in zip(spread, plain.episodes) {
      #expect(abs(turns.reduce(0, +) - credit.turns.reduce(0, +)) < 1e-12)
      #expect(turns[0] != turns[1])
    }
  }

  @Test func `permute the keys of states`() throws {
    let group = try CreditGroup(
      (0..<2).map { episode in
        CreditEpisode(
          turns: try (0..<4).map { turn in
            CreditTurn(reward: 0, stateKey: try StateKey(of: [turn, turn == 0 ? 0 : episode]))
          })
      })
    func keys(_ group: CreditGroup) -> [StateKey] {
      group.episodes.flatMap { $0.turns.compactMap(\.stateKey) }
    }
    var stream = random
    let broken = try CreditControls.breakingKeys(of: group, using: &stream)
    #expect(keys(broken).sorted() == keys(group).sorted() && keys(broken) != keys(group))
  }
}
