public import TurnwiseCore

/// Which of some episodes can be credited, and why the others are left out.
///
/// An episode that failed says nothing about the agent, and one that nobody scored says nothing about how
/// well the agent did: absent is not 0. Neither ends anything: their groups go on without them.
public struct EpisodeSelection: Hashable, Sendable {
  /// The indices of the episodes that can be credited, ascending.
  public private(set) var creditable: [Int] = []
  /// The indices of episodes that failed or have no turns.
  public private(set) var failed: [Int] = []
  /// The indices of episodes that were played to an end and not scored.
  ///
  /// These have no reward at all, or a judgement with neither success nor reward where the judge said
  /// something of others: what the turns of such an episode paid is then only a part of its score. Where
  /// the judge never says anything, the rewards of the turns are the score.
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

extension Failure {
  /// Why an episode that was played to an end cannot be learnt from.
  package static func unjudged(_ episode: String) -> Failure {
    Failure(
      .judge, code: "unjudged",
      message: "Episode \(episode) was not scored: no reward was paid, or its judgement has "
        + "neither success nor reward, which is not the same as 0. Let judge(_:) return "
        + "Judgement(success:), or give a reward.")
  }
}
