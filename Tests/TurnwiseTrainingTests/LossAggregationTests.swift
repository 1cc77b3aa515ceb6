import Testing
import TurnwiseTraining

@Suite struct `The aggregation of a loss` {
  private func weights(_ aggregation: LossAggregation, _ places: [TokenPlace]) -> [Double] {
    aggregation.divisors(of: places, length: 8).map { 1 / $0 }
  }

  /// The indices of the first token of each episode.
  private let starts = [0, 6, 10, 16]

  @Test(
    arguments: [
      (.tokenMean, [0.052632, 0.052632, 0.052632, 0.052632]),
      (.sequenceMean, [0.041667, 0.0625, 0.041667, 0.083333]),
      (.sequenceSum, [0.25, 0.25, 0.25, 0.25]),
      (.constant, [0.03125, 0.03125, 0.03125, 0.03125]),
      (.turnMean, [0.05, 0.05, 0.033333, 0.1]),
      (.episodeTurnMean, [0.041667, 0.0625, 0.027778, 0.125]),
    ] as [(LossAggregation, [Double])])
  func `gives the first tokens of four episodes their weights`(
    aggregation: LossAggregation, printed: [Double]
  ) {
    let weights = weights(aggregation, Worked.places)
    #expect(agree(starts.map { weights[$0] }, printed))
  }

  @Test(arguments: [
    LossAggregation.tokenMean, .sequenceMean, .turnMean, .episodeTurnMean,
  ])
  func `that is a mean gives weights that sum to 1`(aggregation: LossAggregation) {
    #expect(abs(weights(aggregation, Worked.places).reduce(0, +) - 1) < 1e-12)
  }

  @Test(arguments: LossAggregation.allCases)
  func `does not depend on the order of the tokens`(aggregation: LossAggregation) {
    #expect(
      aggregation.divisors(of: Worked.places.reversed(), length: 8).reversed()
        == aggregation.divisors(of: Worked.places, length: 8))
  }

  @Test(arguments: LossAggregation.allCases)
  func `says which weights depend on the length of a turn`(aggregation: LossAggregation) {
    // The tokens of episodes that differ only by how they are cut into turns.
    let (short, long) = (Worked.places([[1, 5]]), Worked.places([[3, 3]]))
    #expect(
      (weights(aggregation, short) != weights(aggregation, long))
        == aggregation.dividesByTurnLength)
  }

  @Test(arguments: LossAggregation.allCases)
  func `of nothing is nothing`(aggregation: LossAggregation) {
    #expect(aggregation.divisors(of: [], length: 8).isEmpty)
  }
}
