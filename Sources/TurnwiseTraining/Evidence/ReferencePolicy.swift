public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// The policy that training started from, with which the present policy is compared.
///
/// It learns nothing. A run that is resumed keeps it; a run that starts with the policy of another run has that policy.
public struct ReferencePolicy: EvidenceModel, Equatable {
  /// The kind `reference-policy`.
  public static var need: Evidence.Need { .referencePolicy }

  /// The policy.
  public let start: Transformer

  /// Keeps a copy of a policy.
  public init(from policy: Transformer) { start = policy }

  /// Keeps a copy of the policy before the first update.
  public static func prepare(_ work: inout EvidenceWork) -> ReferencePolicy {
    ReferencePolicy(from: work.policy.model)
  }

  /// Scores the sampled tokens with the policy that training started from.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<[[[Double]]]> {
    let batch = TrainingBatch(episodes)
    let outputs = start.score(batch.sequences, workers: reader.workers)
    return EvidenceReading(
      batch.gathered(outputs.map { $0.logProbabilities.map(Double.init) }, episodes),
      scoredTokens: batch.tokenCount)
  }

  /// The weights.
  public var saved: SavedEvidence? {
    get throws { SavedEvidence(tensors: ["referencePolicy": try Checkpoint(start).encoded()]) }
  }

  /// Restores a saved policy.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    start = try saved.checkpoint("referencePolicy", heads: [.tokens], alongside: policy).model
  }
}
