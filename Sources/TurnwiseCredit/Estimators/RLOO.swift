/// Broadcasts the leave-one-out return to every turn: the baseline that does not tell turns apart.
///
///     A_{i,t} = R_i − (1/(N−1)) Σ_{j≠i} R_j    for every turn t of episode i
///
/// where R is the total reward and N the number of episodes (Ahmadian et al. 2024, arXiv 2402.14740).
///
/// The estimator is unbiased, since the baseline does not depend on episode i. It is noisy, since a turn
/// is credited for everything that happened before and after it.
///
/// A group of one and a group with equal returns get zero credit: the raw reward would have another
/// scale and no baseline. An episode that was cut short counts with the reward that it was paid.
public struct RLOO: CreditEstimator {
  /// `rloo`.
  public static let id = "rloo"
  /// What the estimator does.
  public static let summary = "total reward minus that of the others, the same for every turn"

  /// Creates the estimator.
  public init() {}

  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let advantages = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: group.broadcast(advantages), of: group,
      loneTurns: group.episodes.count == 1 ? group.longest : 0)
  }
}
