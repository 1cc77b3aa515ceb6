/// Broadcast of the leave-one-out return to each turn: the control that knows nothing of turns.
///
/// A_{i,t} = R_i − (1/(N−1)) Σ_{j≠i} R_j for every turn t of episode i, where R is the total reward
/// and N the number of episodes (Ahmadian et al. 2024, arXiv 2402.14740). Unbiased, since the
/// baseline does not depend on episode i; noisy, since a turn is credited for all that happened
/// before and after it.
///
/// A group of one and a group with equal returns get zero credit. Not the raw reward for a group of
/// one, which has another scale and no baseline. An episode that was cut short counts with what it was paid.
public struct RLOO: CreditEstimator {
  /// `rloo`.
  public static let id = "rloo"
  /// What the estimator does.
  public static let summary = "total reward minus that of the others, the same for every turn"

  /// Creates the estimator.
  public init() {}

  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let advantages = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    let turns = zip(group.episodes, advantages).map { episode, advantage in
      episode.turns.map { _ in advantage }
    }
    let isLone = group.episodes.count == 1
    return GroupCredit(turns: turns, of: group, loneTurns: isLone ? group.longest : 0)
  }
}
