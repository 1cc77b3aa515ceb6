/// Spreads the return over the turns by a model's predictions, without changing its sum.
///
///     c_t = ĝ_t − ĝ_{t−1}        r'_t = c_t + (R − Σ c) / T
///
/// with ĝ_t the return that the model predicts behind turn t, what was paid up to there included, and
/// ĝ_0 = 0 (RUDDER, Arjona-Medina et al. 2019; SPA-RL, arXiv 2505.20732, learns c itself). What the
/// predictions leave over is spread evenly, so the sum is R exactly, and the best policy stays the best.
/// Behind its own end an episode's prediction is its return.
///
/// For an estimator that looks to the end, what is left from turn t on is then R − ĝ_{t−1}: the
/// prediction is a baseline, and at γ = 1 no model, however wrong, biases the gradient. Estimators that
/// compare whole episodes are not changed.
///
/// **When it misleads:** the last prediction of an episode that was cut from outside is the model's, so something is left over, and
/// its even share reaches turns that had no part in it.
public struct ReturnRedistribution: RewardShaper {
  /// `redistribute`.
  public static let id = "redistribute"
  /// What is paid for.
  public static let summary =
    "moves the return to the turns where a model's prediction of it changed"

  /// Creates the shaping.
  public init() {}

  /// A process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Unchanged, where nothing is left over.
  public var gradient: GradientClaim { .exact }
  /// What different paths break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may be predicted differently on the way"
    return [
      .deadGroup: paths, .nearlyDeadGroup: paths,
      .truncation: "whatever the model says of a last state, the sum is what was earned",
    ]
  }
  /// Warns where nothing changes.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    guard ["rloo", "grpo"].contains(type(of: consumer).id) else { return [] }
    return [
      CreditNotice(
        .warning,
        "'\(type(of: consumer).id)' compares whole episodes, whose return is not changed")
    ]
  }

  /// Computes what is paid: r' less the environment's reward.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let model = try evidence.requireProcessModel()
    return ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        let behind = try model.valuesBehindTurns(of: episode, at: index)
        var paid = 0.0
        let predictions = episode.turns.indices.map { turn in
          paid += episode.turns[turn].reward ?? 0
          return paid + behind[turn]
        }
        let spread = Self.corrected(Self.differences(predictions), total: episode.outcome)
        return zip(spread, episode.turns).map { $0 - ($1.reward ?? 0) }
      })
  }

  /// How much each prediction adds to the one before it.
  package static func differences(_ predictions: [Double]) -> [Double] {
    zip(predictions, [0] + predictions).map { $0 - $1 }
  }

  /// Numbers with what they lack of a total spread evenly over them.
  package static func corrected(_ contributions: [Double], total: Double) -> [Double] {
    let rest = (total - contributions.reduce(0, +)) / Double(max(1, contributions.count))
    return contributions.map { $0 + rest }
  }
}
