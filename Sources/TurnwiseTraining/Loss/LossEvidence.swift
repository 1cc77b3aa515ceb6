package import TurnwiseModel

/// The inputs of the loss for each sampled token of an update, in the shape of the batch's
/// sequences.
///
/// They stay the same while the policy moves.
package struct LossEvidence: Sendable {
  /// The advantages.
  package var advantages: [[Double]]
  /// The log-probabilities that ratios are taken against.
  package private(set) var anchor: [[Float]]
  /// The log-probabilities under the reference, if there is one.
  package var reference: [[Float]]?
  /// The importance weights, if there are any.
  package private(set) var weights: [[Double]]?
  /// The metrics of the weights.
  package private(set) var metrics: [String: Double] = [:]
  /// The number of tokens that were scored for the weights.
  package private(set) var scoredTokens = 0

  /// Creates evidence whose ratios are taken against the behaviour policy.
  package init(_ batch: TrainingBatch, advantages: [[Double]], reference: [[Float]]? = nil) {
    (self.advantages, self.reference) = (advantages, reference)
    anchor = batch.behavior
  }

  /// Takes ratios against a policy as it is now, and weights tokens by the ratio of their
  /// probabilities under that policy and under the behaviour policy.
  package mutating func correct(
    _ batch: TrainingBatch, by importance: ImportanceWeights, for policy: Transformer, workers: Int
  ) {
    anchor = policy.score(batch.sequences, workers: workers).map(\.logProbabilities)
    scoredTokens += batch.tokenCount
    let logRatios = zip(anchor.joined(), batch.behavior.joined()).map { Double($0) - Double($1) }
    let places = Array(batch.lossPlaces.joined())
    let bounded = importance(logRatios, at: places)
    weights = anchor.shaped(bounded)
    let ratios = importance.level.logRatios(logRatios, at: places).map(RatioLevel.ratio)
    let count = Double(max(1, bounded.count))
    metrics["importance/effective_sample_share"] =
      ImportanceWeights.effectiveSampleSize(bounded) / count
    metrics["importance/bounded_share"] =
      Double(zip(bounded, ratios).count { $0 != $1 }) / count
    metrics["importance/mean_weight"] = bounded.reduce(0, +) / count
    for estimator in DivergenceEstimator.allCases {
      metrics["importance/\(estimator.rawValue)"] =
        logRatios.reduce(0) { $0 + estimator($1) } / count
    }
  }
}

extension [[Float]] {
  /// Cuts a flat list into rows that are as long as those of this array.
  func shaped<Item>(_ flat: [Item]) -> [[Item]] {
    var rest = flat[...]
    return map { row in
      defer { rest = rest.dropFirst(row.count) }
      return [Item](rest.prefix(row.count))
    }
  }
}
