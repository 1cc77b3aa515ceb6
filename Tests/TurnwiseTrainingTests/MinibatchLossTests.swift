import Foundation
import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `The loss of a minibatch` {
  private let episodes: TokenEpisodes

  init() async throws { episodes = try await TokenEpisodes() }

  /// Log-ratios within the clip range, below it and above it, none of them near a bound.
  private let moves = [0.1, -0.05, 0.2, 0, -0.1, 0.15, -0.5, 0.6]

  /// Three episodes of turns of unequal lengths; the second turn of the first may start a segment.
  private func batch(cut: Bool = false) -> TrainingBatch {
    TrainingBatch([
      episodes.episode([[-1, -2], [-0.5, -1, -3], [-2]], cuts: cut ? [1] : []),
      episodes.episode([[-1, -1], [-2, -0.3]]), episodes.episode([[-0.1], [-4, -1, -1]]),
    ])
  }

  private func configuration(
    _ ratio: RatioLevel = .token, _ aggregation: LossAggregation = .tokenMean,
    _ clip: ClipForm = .ppo
  ) -> RunConfiguration {
    var configuration = RunConfiguration()
    (configuration.loss.ratio, configuration.loss.aggregation) = (ratio, aggregation)
    configuration.loss.clip = clip
    return configuration
  }

  private func evidence(
    _ batch: TrainingBatch, advantage: (_ place: TokenPlace, _ number: Int) -> Double
  ) -> LossEvidence {
    var number = 0
    let advantages = batch.lossPlaces.map { places in
      places.map { place in
        defer { number += 1 }
        return advantage(place, number)
      }
    }
    return LossEvidence(batch, advantages: advantages)
  }

  private func prepared(
    _ batch: TrainingBatch, _ evidence: LossEvidence, _ configuration: RunConfiguration,
    _ outputs: [SequenceOutputs]
  ) -> MinibatchLoss {
    var loss = MinibatchLoss(Array(batch.sequences.indices), of: batch, evidence, configuration)
    if loss.needsPooling { loss.pool(outputs) }
    return loss
  }

  /// The derivative by each token's log-probability, in order.
  private func derivatives(_ loss: MinibatchLoss, _ outputs: [SequenceOutputs]) -> [Float] {
    outputs.indices.flatMap { loss.gradients($0, outputs[$0]).logProbabilities }
  }

  /// The slope of the loss along each token's log-probability, by central differences.
  private func slopes(_ loss: MinibatchLoss, _ outputs: [SequenceOutputs]) -> [Double] {
    outputs.indices.flatMap { index in
      outputs[index].logProbabilities.indices.map { token in
        func moved(_ step: Float) -> Double {
          var outputs = outputs[index]
          outputs.logProbabilities[token] += step
          return loss.gradients(index, outputs).loss
        }
        return (moved(0x1p-7) - moved(-0x1p-7)) / 0x1p-6
      }
    }
  }

  @Test(arguments: LossAggregation.allCases)
  func `has the gradient of finite differences`(aggregation: LossAggregation) {
    let batch = batch()
    let outputs = episodes.outputs(batch) { moves[$0 % moves.count] }
    let evidence = evidence(batch) { _, number in cos(Double(number)) }
    let loss = prepared(batch, evidence, configuration(.token, aggregation), outputs)
    #expect(
      agree(derivatives(loss, outputs).map(Double.init), slopes(loss, outputs), within: 1e-4))
  }

  @Test(arguments: [RatioLevel.turn, .turnMean, .sequence, .sequenceMean])
  func `has the gradient of one term for each turn or episode with one advantage`(
    ratio: RatioLevel
  ) {
    let batch = batch()
    // The moves are so small that no product leaves the clip range.
    let outputs = episodes.outputs(batch) { 0.02 * sin(Double($0)) }
    let evidence = evidence(batch) { place, _ in place.episode == 1 ? -1 : 0.5 }
    let loss = prepared(batch, evidence, configuration(ratio, .sequenceSum), outputs)
    let places = batch.lossPlaces.flatMap(\.self)
    let sizes = places.map { place in
      Double(
        places.count { ratio.spansTurns ? $0.episode == place.episode : $0 == place })
    }
    let isProduct = ratio == .turn || ratio == .sequence
    // Each token of a unit repeats the unit's term; for a product, one of them is the whole.
    let expected = zip(slopes(loss, outputs), sizes).map { isProduct ? $0 / $1 : $0 }
    #expect(agree(derivatives(loss, outputs).map(Double.init), expected, within: 1e-4))
  }

  @Test(arguments: RatioLevel.allCases, LossAggregation.allCases)
  func `does not see how an episode was cut into sequences`(
    ratio: RatioLevel, aggregation: LossAggregation
  ) {
    let results = [false, true].map { isCut in
      let batch = batch(cut: isCut)
      #expect(batch.episodes == (isCut ? [0..<2, 2..<3, 3..<4] : [0..<1, 1..<2, 2..<3]))
      let outputs = episodes.outputs(batch) { moves[$0 % moves.count] }
      let evidence = evidence(batch) { _, number in cos(Double(number)) }
      let loss = prepared(batch, evidence, configuration(ratio, aggregation, .cispo), outputs)
      #expect(loss.needsPooling == (isCut && ratio.spansTurns))
      return derivatives(loss, outputs)
    }
    #expect(results[0] == results[1])
  }

  @Test(arguments: LossAggregation.allCases)
  func `adds up to the same gradient over any micro-batches`(aggregation: LossAggregation) {
    let (batch, model) = (batch(cut: true), model())
    let evidence = evidence(batch) { _, number in cos(Double(number)) }
    let loss = prepared(
      batch, evidence, configuration(.sequenceMean, aggregation, .cispo),
      model.score(batch.sequences))
    let together = model.gradient(of: batch.sequences) { loss.gradients($0, $1) }
    for parts in [[0..<1, 1..<4], [0..<3, 3..<4], [0..<1, 1..<2, 2..<3, 3..<4]] {
      var sum = together.gradient.map { _ in Float(0) }
      var total = 0.0
      for part in parts {
        let result = model.gradient(of: Array(batch.sequences[part])) {
          loss.gradients($0 + part.lowerBound, $1)
        }
        for index in sum.indices { sum[index] += result.gradient[index] }
        total += result.loss
      }
      #expect(abs(total - together.loss) < 1e-6)
      let scale = together.gradient.reduce(0) { max($0, abs($1)) }
      #expect(zip(sum, together.gradient).allSatisfy { abs($0 - $1) < 1e-5 * scale })
    }
  }

  @Test(arguments: RatioLevel.allCases, ClipForm.allCases)
  func `of the policy that sampled is the plain policy gradient`(
    ratio: RatioLevel, clip: ClipForm
  ) {
    let batch = batch()
    let outputs = episodes.outputs(batch) { _ in 0 }
    let evidence = evidence(batch) { _, number in cos(Double(number)) }
    let loss = prepared(batch, evidence, configuration(ratio, .tokenMean, clip), outputs)
    let count = Double(batch.lossPlaces.joined().count)
    #expect(
      derivatives(loss, outputs) == evidence.advantages.joined().map { Float(-$0 / count) })
  }

  @Test func `weighs tokens by what the policy thinks of them before its first step`() {
    let (batch, model) = (batch(cut: true), model())
    var evidence = evidence(batch) { _, number in cos(Double(number)) }
    let importance = ImportanceWeights(.turn, cap: 1.5)
    evidence.correct(batch, by: importance, for: model, workers: 1)
    let outputs = model.score(batch.sequences)
    let loss = prepared(batch, evidence, configuration(), outputs)
    let logRatios = zip(outputs.flatMap(\.logProbabilities), batch.behavior.joined())
      .map { Double($0) - Double($1) }
    let weights = importance(logRatios, at: batch.lossPlaces.flatMap(\.self))
    #expect(Set(weights).count > 3)
    let count = Double(weights.count)
    #expect(
      derivatives(loss, outputs)
        == zip(weights, evidence.advantages.joined()).map { Float($0 * -$1 / count) })
    let share = ImportanceWeights.effectiveSampleSize(weights) / count
    #expect(evidence.metrics["importance/effective_sample_share"] == share)
    #expect(evidence.scoredTokens == batch.sequences.reduce(0) { $0 + $1.tokens.count })
  }

  private func model() -> Transformer {
    var random = Randomness(seed: 2)
    return Transformer(
      ModelConfiguration(
        vocabulary: 16, width: 8, layers: 1, heads: 1, feedForward: 8, context: 64),
      using: &random)
  }
}
