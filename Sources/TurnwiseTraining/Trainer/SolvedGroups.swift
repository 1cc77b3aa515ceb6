internal import TurnwiseCore
internal import TurnwiseCredit

/// Tells the groups that there is nothing more to learn from.
///
/// A group is *solved* when all its episodes, and all continuations that were forked from them, earned
/// the same, that is the most that the run has seen, and all episodes succeeded; where the judge does not
/// say whether they did, other episodes must have earned less. Nothing better is known then, and whatever
/// a critic or another model says about differences between the turns is its error. Estimators that
/// compare episodes give 0 there by themselves.
///
/// A critic still learns from such groups what they are worth.
struct SolvedGroups: Codable, Hashable, Sendable {
  private var lowest: Double?
  private var highest: Double?

  /// Takes in what the episodes of an update earned.
  mutating func learn(_ groups: [CreditedGroup]) {
    for value in groups.flatMap(\.episodes).compactMap(\.totalReward) {
      lowest = min(lowest ?? value, value)
      highest = max(highest ?? value, value)
    }
  }

  /// Whether nothing is to be learnt from a group.
  func contains(_ group: CreditedGroup) -> Bool {
    let returns = group.episodes.compactMap(\.totalReward)
    guard let lowest, let highest, let earned = returns.first else { return false }
    let all = [highest] + returns + group.forkedReturns
    guard LeaveOneOut.areEqual(all) else { return false }
    return group.episodes.allSatisfy { episode in
      episode.judgement?.success ?? !LeaveOneOut.areEqual([lowest, earned])
    }
  }
}

extension CreditedGroup {
  /// What the continuations earned in all, the turns before them included.
  fileprivate var forkedReturns: [Double] {
    evidence.forks.flatMap { point, outcomes in
      let past = episodes[point.episode].rewards.prefix(point.turn).reduce(0) { $0 + ($1 ?? 0) }
      return outcomes.map { past + $0.returnToGo() }
    }
  }
}
