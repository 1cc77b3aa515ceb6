internal import TurnwiseCore
internal import TurnwiseCredit

/// Tells which groups have nothing more to teach.
///
/// A group is *solved* if all its episodes, and all continuations that were forked from them, earned the
/// same, which is the most that the run has seen, and all episodes succeeded. If the judge does not say
/// whether they succeeded, other episodes must have earned less. Nothing better is known then, and any
/// difference between the turns that a critic or another model sees is its error. Estimators that compare
/// episodes give 0 to such groups by themselves.
///
/// A critic still learns the value of such groups.
struct SolvedGroups: Codable, Hashable, Sendable {
  private var lowest: Double?
  private var highest: Double?

  /// Learns what the episodes of an update earned.
  mutating func learn(_ groups: [CreditedGroup]) {
    for value in groups.flatMap(\.episodes).compactMap(\.totalReward) {
      lowest = min(lowest ?? value, value)
      highest = max(highest ?? value, value)
    }
  }

  /// Whether a group has nothing more to teach.
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
  /// The returns of the continuations, including the turns before them.
  fileprivate var forkedReturns: [Double] {
    evidence.forks.flatMap { point, outcomes in
      let past = episodes[point.episode].rewards.prefix(point.turn).reduce(0) { $0 + ($1 ?? 0) }
      return outcomes.map { past + $0.returnToGo() }
    }
  }
}
