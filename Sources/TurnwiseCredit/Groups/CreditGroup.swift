public import TurnwiseCore

/// Finished episodes of one scenario from one start: the input of a ``CreditEstimator``.
///
/// A group holds plain numbers; it knows neither the environment nor the policy.
public struct CreditGroup: Codable, Hashable, Sendable {
  /// The episodes, in the order in which they were given.
  public let episodes: [CreditEpisode]

  /// The largest magnitude of a reward, a potential, and a sum of rewards that can be credited.
  ///
  /// Larger numbers are refused: their sums, squares and single-precision losses would overflow, and from
  /// here on a `Double` does not distinguish numbers that differ by 1.
  public static let largestReturn = 1e15

  /// Creates a group of episodes that are already in the form that estimators read.
  ///
  /// - Throws: ``CreditError/noReward(episode:)`` for an episode without any reward, as an absent reward
  ///   is not zero. ``CreditError/notFinite(episode:turn:)`` for a reward or potential that is not a finite
  ///   number, ``CreditError/tooLarge(episode:turn:)`` for one beyond ``largestReturn``.
  public init(_ episodes: [CreditEpisode]) throws {
    for episode in episodes { try episode.validate() }
    self.episodes = episodes
  }

  /// Creates a group of recorded episodes.
  ///
  /// Leave out episodes that cannot be credited: `CreditGroup(episodes.filter(\.isCreditable))`, or see
  /// ``EpisodeSelection``. Credit has the order of the given episodes.
  ///
  /// - Throws: What ``init(_:)-(_)`` throws, ``CreditError/notCreditable(episode:)`` for an episode
  ///   that failed or has no turns, ``CreditError/differentStarts(_:_:)``, and
  ///   ``CreditError/sameEpisode(_:)`` if an episode is given twice, as it would be compared with itself.
  public init(_ episodes: [Episode]) throws {
    var names: Set<String> = []
    for episode in episodes {
      guard episode.ending.failure == nil, !episode.turns.isEmpty else {
        throw CreditError.notCreditable(episode: episode.name)
      }
      guard let first = episodes.first, episode.startsLike(first) else {
        throw CreditError.differentStarts(episodes[0].name, episode.name)
      }
      guard names.insert(episode.name).inserted else {
        throw CreditError.sameEpisode(episode.name)
      }
    }
    try self.init(episodes.map(CreditEpisode.init))
  }

  /// The number of turns of the longest episode.
  public var longest: Int { episodes.map(\.turns.count).max() ?? 0 }

  /// Whether all episodes have the same total reward, so that comparing them says nothing.
  public var hasEqualReturns: Bool { LeaveOneOut.areEqual(episodes.map(\.totalReward)) }

  /// Returns the group with process rewards beside the rewards of the environment.
  ///
  /// - Throws: ``CreditError/notFinite(episode:turn:)``, ``CreditError/tooLarge(episode:turn:)``.
  public func adding(_ rewards: ProcessRewards) throws -> CreditGroup {
    require(
      rewards.turns.map(\.count) == episodes.map(\.turns.count),
      "Each turn of the group needs one process reward: the episodes have"
        + " \(episodes.map(\.turns.count)) turns, but \(rewards.turns.map(\.count)) are rewarded.")
    return try CreditGroup(
      episodes.indices.map { index in
        var episode = episodes[index]
        for turn in episode.turns.indices {
          episode.turns[turn].processReward = rewards.turns[index][turn]
          episode.turns[turn].tokenRewards = rewards.tokens?[index][turn]
        }
        return episode
      })
  }
}

extension Episode {
  /// Whether two episodes have the same scenario and, as far as it is known, the same first state.
  fileprivate func startsLike(_ other: Episode) -> Bool {
    environment == other.environment && scenario == other.scenario
      && (turns.first?.stateKey == nil || other.turns.first?.stateKey == nil
        || turns.first?.stateKey == other.turns.first?.stateKey)
  }
}
