public import TurnwiseCore
public import TurnwiseCredit

/// A group of episodes whose turns are forked.
public struct ForkGroup: Sendable {
  /// The episodes.
  public var episodes: [Episode]
  /// The episodes as estimators read them, in the same order.
  public var credit: CreditGroup
  /// The evidence that was measured about them, except forks.
  public var evidence: Evidence

  /// Creates a group.
  ///
  /// - Parameters:
  ///   - episodes: Creditable episodes of one scenario from one start.
  ///   - evidence: The evidence that was measured about them, except forks.
  /// - Throws: A `CreditError` if they are not a group.
  public init(_ episodes: [Episode], evidence: Evidence = Evidence()) throws {
    (self.episodes, self.evidence) = (episodes, evidence)
    credit = try CreditGroup(episodes)
  }
}

/// A continuation that was played.
public struct PlayedFork: Sendable {
  /// The index of the group.
  public var group: Int
  /// The point of the fork, in the first episode of the group that was in the situation.
  public var point: ForkPoint
  /// The episode, including the turns that it shares with its parent.
  public var episode: Episode
  /// The number of environment turns that it took.
  public var turns: Int
  /// The number of tokens that were sampled for it.
  public var sampledTokens: Int
  /// The sub-task with which the continuation ended, if it was not played to its own end.
  var subtask: String?

  /// The continuation as estimators read it.
  ///
  /// If it ended with a sub-task, it is paid what belongs to that.
  var outcome: ForkOutcome {
    get throws {
      guard episode.totalReward != nil else { throw CreditError.noReward(episode: episode.name) }
      let credit = CreditEpisode(episode)
      if let subtask {
        return ForkOutcome(
          turns: credit.turns[point.turn...].map { turn in
            var turn = turn
            turn.reward = turn.reward(of: subtask)
            return turn
          })
      }
      // Without a turn of its own, its reward at the end would count for earlier turns.
      let turns =
        turns > 0
        ? Array(credit.turns[point.turn...]) : [CreditTurn(reward: episode.judgement?.reward)]
      return ForkOutcome(turns: turns, isTruncated: credit.isTruncated)
    }
  }
}

/// The outcomes of forks.
public struct ForkReport: Sendable {
  /// The outcomes of each requested point, for each group: `Evidence.forks`.
  public var outcomes: [[ForkPoint: [ForkOutcome]]]
  /// The continuations that came to `outcomes`, in the same order.
  public var continuations: [[ForkPoint: [Episode]]]
  /// All continuations in the order in which they were started, including those that failed.
  public var forks: [PlayedFork]
  /// For each group, the first requested point that has no outcome, because none of its
  /// continuations was scored; `nil` if there is none.
  public var unscored: [ForkPoint?]

  /// The number of environment turns that the continuations took.
  public var turns: Int { forks.reduce(0) { $0 + $1.turns } }
  /// The number of tokens that were sampled for them.
  public var sampledTokens: Int { forks.reduce(0) { $0 + $1.sampledTokens } }
}
