public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

extension ImplicitModel: EvidenceModel {
  /// The kind `implicit-model`.
  public static var need: Evidence.Need { .implicitModel }

  /// Creates a copy of the policy, with the recipe of the driving estimator's shaper.
  public static func prepare(_ work: inout EvidenceWork) -> ImplicitModel {
    let shaper = work.estimators.first?.estimator.shaper
    return ImplicitModel(
      from: work.policy.model, shaper as? ImplicitReward ?? ImplicitReward())
  }

  /// Computes the log-ratios of the sampled tokens.
  public func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<[[[Double]]]> {
    read(episodes, workers: reader.workers)
  }

  /// Learns which episodes succeeded.
  ///
  /// - Throws: `CancellationError`.
  public mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) throws {
    let report = try fit(
      groups.map(\.episodes), work.configuration,
      random: work.random.stream("implicit-model", work.update), workers: work.workers)
    work.spending.trainedTokens += report.passedTokens
    work.spending.scoredTokens += report.scoredTokens
    work.metrics["implicit_model/loss"] = report.loss
    work.metrics["implicit_model/accuracy"] = report.accuracy
  }

  /// The weights, the moments of the optimiser, the weights at the start, and the recipe.
  public var saved: SavedEvidence? {
    get throws {
      SavedEvidence(
        tensors: [
          "implicitModel": try checkpoint.encoded(),
          "implicitStart": try Checkpoint(start).encoded(),
        ], state: ["recipe": try JSONValue(encoding: recipe)])
    }
  }

  /// Restores an implicit process reward model.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    let start = try saved.checkpoint("implicitStart", heads: [.tokens], alongside: policy)
    self.init(
      try saved.checkpoint("implicitModel", heads: [.tokens], alongside: policy),
      start: start.model,
      try saved.value("recipe"))
  }
}
