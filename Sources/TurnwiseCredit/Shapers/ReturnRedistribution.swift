/// Moves the return to the turns at which a model's prediction of it changed, without changing the sum.
///
///     c_t = ĝ_t − ĝ_{t−1}        r'_t = c_t + (R − Σ c) / T
///
/// where ĝ_t is the return that the model predicts after turn t, which includes what was paid so far, and
/// ĝ_0 = 0 (RUDDER, Arjona-Medina et al. 2019; SPA-RL, arXiv 2505.20732, learns c itself). The part of R
/// that the predictions leave over is spread evenly, so the sum is exactly R, and the best policy stays
/// the best. After the end of an episode the prediction is its return.
///
/// For an estimator that looks to the end, what is left from turn t on is then R − ĝ_{t−1}: the
/// prediction is a baseline, and at γ = 1 no model, however wrong, biases the gradient. Estimators that
/// compare whole episodes are not changed.
///
/// **When it misleads:** the last prediction of an episode that was cut off from outside is the model's,
/// so a part of R is left over, and its even share reaches turns that had no part in it.
public struct ReturnRedistribution: RewardShaper {
  /// `redistribute`.
  public static let id = "redistribute"
  /// What the shaper pays for.
  public static let summary =
    "moves the return to the turns where a model's prediction of it changed"

  /// Creates the shaper.
  public init() {}

  /// Needs a process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Unchanged, where nothing is left over.
  public var gradient: GradientClaim { .exact }
  /// What is moved sums to 0.
  public var conserves: Conservation? { .nothing }
  /// Laws that different paths break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may be predicted differently on the way"
    return [
      .deadGroup: paths, .nearlyDeadGroup: paths,
      .coefficient: "the return that episodes are compared by is not changed",
      .truncation: "whatever the model says of a last state, the sum is what was earned",
    ]
  }
  /// Warns where nothing changes.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    CreditNotice.comparingWholeEpisodes(consumer, "whose return is not changed")
  }

  /// Computes the process rewards: r' minus the environment's reward.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let model = try evidence.requireProcessModel()
    return ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        let after = try model.valuesAfterTurns(of: episode, at: index)
        var paid = 0.0
        let predictions = episode.turns.indices.map { turn in
          paid += episode.turns[turn].reward ?? 0
          return paid + after[turn]
        }
        let spread = Self.corrected(Self.differences(predictions), total: episode.outcome)
        return zip(spread, episode.turns).map { $0 - ($1.reward ?? 0) }
      })
  }

  /// Returns what each prediction adds to the one before it.
  package static func differences(_ predictions: [Double]) -> [Double] {
    zip(predictions, [0] + predictions).map { $0 - $1 }
  }

  /// Returns numbers with what they lack of a total spread evenly over them.
  package static func corrected(_ contributions: [Double], total: Double) -> [Double] {
    let rest = (total - contributions.reduce(0, +)) / Double(max(1, contributions.count))
    return contributions.map { $0 + rest }
  }
}
