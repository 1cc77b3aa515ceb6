public import TurnwiseCore

/// Sorts episodes into those that can be credited and those that cannot, with the reason.
///
/// An episode that failed says nothing about the agent. An episode that was not scored says nothing about
/// how well the agent did, as an absent score is not 0. Neither ends a run: the groups go on without these
/// episodes.
public struct EpisodeSelection: Hashable, Sendable {
  /// The indices of the episodes that can be credited, ascending.
  public private(set) var creditable: [Int] = []
  /// The indices of episodes that failed or have no turns.
  public private(set) var failed: [Int] = []
  /// The indices of episodes that were played to an end and not scored.
  ///
  /// Such an episode has no reward at all, or it has a judgement with neither success nor reward while
  /// other episodes have one: the rewards of its turns are then only a part of its score. If the
  /// environment never judges, the rewards of the turns are the score.
  public private(set) var unjudged: [Int] = []

  /// Sorts episodes of one environment.
  public init(_ episodes: [Episode]) {
    let judges = episodes.contains { !($0.judgement?.saysNothing ?? true) }
    for (index, episode) in episodes.enumerated() {
      if episode.ending.failure != nil || episode.turns.isEmpty {
        failed.append(index)
      } else if episode.totalReward == nil || (judges && episode.judgement?.saysNothing ?? true) {
        unjudged.append(index)
      } else {
        creditable.append(index)
      }
    }
  }
}

extension Episode {
  /// Whether the episode says something about the agent: it did not fail, it has a turn, and it has a
  /// reward, even if it is 0.
  ///
  /// ``EpisodeSelection`` also compares it with other episodes.
  public var isCreditable: Bool { ending.failure == nil && !turns.isEmpty && totalReward != nil }
}

extension Failure {
  /// Returns the reason why an episode that was played to an end cannot be learnt from.
  package static func unjudged(_ episode: String) -> Failure {
    Failure(
      .judge, code: "unjudged",
      message: "Episode \(episode) was not scored: no reward was paid, or its judgement has "
        + "neither success nor reward, which is not the same as 0. Let judge(_:) return "
        + "Judgement(success:), or give a reward.")
  }
}
