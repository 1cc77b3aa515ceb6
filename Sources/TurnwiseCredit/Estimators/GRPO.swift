public import TurnwiseCore

/// Broadcasts the return minus the group's mean, divided by the group's standard deviation.
///
///     A_{i,t} = (R_i − mean R) / (sd R + 10⁻⁶)    for every turn t of episode i
///
/// (Shao et al. 2024, arXiv 2402.03300.) With `std=false` nothing is divided: Dr. GRPO (Liu et al. 2025,
/// arXiv 2503.20783).
///
/// **When it misleads:** the mean includes the episode's own return, which shrinks the expected gradient
/// to (N−1)/N of the true one. Dividing by the deviation gives more weight to groups whose episodes
/// rarely differ, those that are nearly always won or lost; the expected gradient then has another scale
/// in each group.
public struct GRPO: CreditEstimator, Configurable {
  /// `grpo`.
  public static let id = "grpo"
  /// What the estimator does.
  public static let summary =
    "total reward minus the group's mean over its deviation, for every turn"

  /// Whether to divide by the standard deviation.
  @Option("Whether to divide by the standard deviation.") public var std = true
  /// 1 for the sample's standard deviation, 0 for the population's.
  @Option<Integers<0, 1>>("1 for the sample's standard deviation, 0 for the population's.")
  public var ddof = 1

  /// Creates the estimator with its default options.
  public init() {}

  /// (N−1)/N of the true gradient without `std`; biased with it.
  public var gradient: GradientClaim {
    std
      ? .biased("dividing by the deviation weights groups by how rarely their episodes differ")
      : .meanCentred(factor: 1)
  }

  /// Laws that dividing breaks.
  public var exceptions: [EstimatorLaw: String] {
    std ? [.coefficient: EstimatorLaw.dividesSizeOut] : [:]
  }

  /// Refuses groups of one, and warns where only the signs of the differences are left.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if std, setting.groupSize == 2 {
      notices.append(
        CreditNotice(
          .warning,
          "'grpo' in groups of 2 says who was better and not by how much; use std=false"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let returns = group.episodes.map(\.totalReward)
    let advantages =
      std ? Standardized.scores(returns, ddof: ddof) : Standardized.centred(returns)
    return GroupCredit(
      turns: group.broadcast(advantages), of: group,
      loneTurns: group.episodes.count == 1 ? group.longest : 0)
  }
}
