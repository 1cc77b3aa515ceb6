internal import TurnwiseCore
internal import TurnwiseCredit

/// Tells which groups can teach nothing more.
///
/// A group is *solved* if all its episodes, and all continuations that were forked from them, had
/// the same return, which is the highest that the run has seen, and all episodes succeeded. If the
/// judge does not say whether they succeeded, some other episode must have had a lower return.
/// Nothing better is known then, and any difference between the turns according to a critic or
/// another model is an error of that model. Estimators that compare episodes give 0 to such groups
/// anyway.
///
/// A critic still learns the value of such groups.
struct SolvedGroups: Codable, Hashable, Sendable {
  private var lowest: Double?
  private var highest: Double?

  /// Learns the returns of the episodes of an update.
  mutating func learn(_ groups: [CreditedGroup]) {
    for value in groups.flatMap(\.episodes).compactMap(\.totalReward) {
      lowest = min(lowest ?? value, value)
      highest = max(highest ?? value, value)
    }
  }

  /// Whether a group can teach nothing more.
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
  /// The returns of the continuations, each with the turns before it.
  ///
  /// A continuation that ended with its sub-task counts with what its episode earned by everything else.
  fileprivate var forkedReturns: [Double] {
    evidence.forks.flatMap { point, outcomes in
      let episode = CreditEpisode(episodes[point.episode])
      let past = episode.turns.prefix(point.turn).reduce(0) { $0 + $1.paid }
      let others = episode.totalReward - episode.returnOfSubtask(from: point.turn)
      return zip(outcomes, endings(of: point, count: outcomes.count)).map { outcome, ending in
        (ending == .truncated(.subtaskOver) ? others : past) + outcome.returnToGo()
      }
    }
  }
}
