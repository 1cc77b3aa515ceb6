public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel

/// The policy's distribution of each sampled token.
public struct TokenDistributions: EvidenceMeasurement {
  /// The kind `distributions`.
  public static var need: Evidence.Need { .distributions }

  /// Makes the measurement.
  public init() {}

  /// Scores the sampled tokens with the policy.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<Evidence.Distributions> {
    let batch = TrainingBatch(episodes)
    let outputs = reader.policy.model.score(
      batch.sequences, workers: reader.workers, squares: true)
    func gathered(_ numbers: (SequenceOutputs) -> [Float]) -> [[[Double]]] {
      batch.gathered(outputs.map { numbers($0).map(Double.init) }, episodes)
    }
    return EvidenceReading(
      Evidence.Distributions(
        logProbabilities: gathered(\.logProbabilities), squares: gathered(\.squares),
        entropies: gathered(\.entropies)), scoredTokens: batch.tokenCount)
  }
}
