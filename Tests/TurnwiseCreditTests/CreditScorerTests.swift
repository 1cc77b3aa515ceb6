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
  { CreditSample(credit: credit, truth: truth, margin: margin, cell: cell) }

  @Test func `has the slope and residual of a least-squares fit`() throws {
    let score = scorer([[sample(1, 2), sample(-2, -4, 1), sample(2, 5, 2)]]).score
    #expect(abs(try #require(score.slope) - 20.0 / 9) < 1e-12)
    let left = [2 - 20.0 / 9, -4 + 40.0 / 9, 5 - 40.0 / 9]
    let square = left.reduce(0) { $0 + $1 * $1 } / 3
    #expect(abs(score.residual - square.squareRoot()) < 1e-12)
    #expect(scorer([[sample(0, 1)]]).score.slope == nil)
  }

  @Test func `counts signs where the truth is significant, and leakage where it is not`() {
    let score = scorer([[sample(1, 0.5), sample(1, -0.5), sample(0.3, 0.05), sample(0.4, -0.1)]])
      .score
    #expect(score.signs == 0.5)
    #expect(abs(score.leakage - (0.125).squareRoot()) < 1e-12)
  }

  @Test func `counts turns and groups without credit`() {
    let score = scorer([[sample(0, 1), sample(0, 0)], [sample(0, 1), sample(2, 1)]]).score
    #expect(score.coverage == 0.25 && score.deadGroups == 0.5)
  }

  @Test func `has a bias without what variance adds to it`() {
    // Credit is right on average, and off by 1 or -1 each time.
    var random = Randomness(seed: 2)
    let samples = (0..<4000).map { index in
      sample(Bool.random(using: &random) ? 1.5 : -0.5, 0.5, index / 2)
    }
    let score = scorer([samples]).score
    // Without the correction the root mean square of a mean of two would be 0.7.
    #expect(score.bias < 0.25 && abs(score.variance - 1) < 0.1)
    let shifted = scorer([samples.map { sample($0.credit + 2, $0.truth, $0.cell) }]).score
    #expect(abs(shifted.bias - 2) < 0.05)
    // A situation that was seen once says nothing about either.
    #expect(scorer([[sample(5, 0)]]).score.bias == 0)
  }

  @Test func `has the signal and noise of gradients, for turns that forks cost, too`() throws {
    var random = Randomness(seed: 3)
    var plain = CreditScorer()
    var forked = CreditScorer()
    for _ in 0..<4000 {
      let gradient = [1, 0].map { $0 + (Bool.random(using: &random) ? 1.0 : -1) }
      plain.add([], gradient: gradient, reference: [2, 0], episodes: 8, turns: 40, forkTurns: 0)
      forked.add([], gradient: gradient, reference: [2, 0], episodes: 8, turns: 40, forkTurns: 360)
    }
    // The mean is (1, 0), so S = 1; each part has variance 1, so the noise is 2.
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

  @Test func `shuffle what is there and leave gaps where they are`() {
    var stream = random
    let credit: [[Double?]] = [[1, nil, 2], [3, 4, nil], [5]]
    let shuffled = CreditControls.shuffled(credit, using: &stream)
    #expect(shuffled.map { $0.map { $0 == nil } } == credit.map { $0.map { $0 == nil } })
    #expect(shuffled.joined().compactMap(\.self).sorted() == [1, 2, 3, 4, 5])
    #expect(shuffled != credit)
  }

  @Test func `spread the mass of rloo at random`() throws {
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

  @Test func `exchange the keys of states`() throws {
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
