public import TurnwiseCore

/// Finished episodes of one scenario from one start: what a ``CreditEstimator`` reads.
///
/// A group is plain numbers: it knows neither the environment nor the policy that made it.
public struct CreditGroup: Codable, Hashable, Sendable {
  /// The episodes, in the order they were given.
  public let episodes: [CreditEpisode]

  /// Gathers episodes that are already in the form that estimators read.
  ///
  /// - Throws: ``CreditError/noReward(episode:)`` for an episode without any reward: absent is not
  ///   zero. ``CreditError/notFinite(episode:turn:)`` for a reward or potential that is not a finite
  ///   number, ``CreditError/tooLarge(episode:turn:)`` where they leave ``largestReturn``.
  public init(_ episodes: [CreditEpisode]) throws {
    for episode in episodes { try episode.check() }
    self.episodes = episodes
  }

  /// Gathers recorded episodes.
  ///
  /// Leave out what cannot be credited first: `CreditGroup(episodes.filter(\.isCreditable))`, or see
  /// ``EpisodeSelection``. What is credited then has the order of what was given.
  ///
  /// - Throws: What ``init(_:)-(_)`` throws, ``CreditError/notCreditable(episode:)`` for an episode
  ///   that failed or has no turns, ``CreditError/differentStarts(_:_:)``, and
  ///   ``CreditError/sameEpisode(_:)`` where one is given twice: it would be compared with itself.
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

  /// The largest magnitude of a reward, a potential, and a sum of rewards that is credited.
  ///
  /// Larger ones are refused: their sums, squares and single-precision losses would overflow, and from
  /// here on a `Double` no longer tells numbers apart that differ by 1.
  public static let largestReturn = 1e15

  /// The number of turns of the longest episode.
  public var longest: Int { episodes.map(\.turns.count).max() ?? 0 }

  /// Whether all episodes have the same total reward, so that comparing them says nothing.
  public var hasEqualReturns: Bool { LeaveOneOut.areEqual(episodes.map(\.totalReward)) }

  /// Returns the group with process rewards beside those of the environment.
  ///
  /// - Throws: ``CreditError/notFinite(episode:turn:)``.
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

  /// The number of sampled tokens.
  public var sampledTokens: Int { episodes.reduce(0) { $0 + $1.sampledTokens } }
}

/// One episode as estimators read it.
public struct CreditEpisode: Codable, Hashable, Sendable {
  /// The name of the episode, for messages.
  public var name: String
  /// The turns; at least one.
  public var turns: [CreditTurn]
  /// Whether something outside the environment cut the episode short, so that more would have been paid.
  ///
  /// The environment's own turn limit is an end like any other (`Ending.isCutFromOutside`): the agent is
  /// judged there, and nothing comes after it.
  public var isTruncated: Bool
  /// The key of the last state, if it was computed.
  public var finalKey: StateKey?

  /// Creates an episode.
  public init(
    name: String = "", turns: [CreditTurn], isTruncated: Bool = false, finalKey: StateKey? = nil
  ) {
    self.name = name
    self.turns = turns
    self.isTruncated = isTruncated
    self.finalKey = finalKey
  }

  /// Reads a recorded episode; the judgement's reward is paid on its last turn.
  public init(_ episode: Episode) {
    let rewards = episode.rewards
    let turns = episode.turns.enumerated().map { index, turn in
      CreditTurn(
        reward: rewards[index], potential: turn.potential, stateKey: turn.stateKey,
        actionKey: turn.action.key,
        sampledTokens: turn.span.flatMap { episode.tape[$0]?.range.count } ?? 0)
    }
    self.init(
      name: episode.name, turns: turns, isTruncated: episode.ending.isCutFromOutside,
      finalKey: episode.finalKey)
  }

  /// The sum of all rewards, R in the literature.
  public var totalReward: Double { turns.reduce(0) { $0 + $1.paid } }

  /// The sum of the environment's rewards, without process rewards.
  public var outcome: Double { turns.reduce(0) { $0 + ($1.reward ?? 0) } }

  /// The number of sampled tokens.
  public var sampledTokens: Int { turns.reduce(0) { $0 + $1.sampledTokens } }

  /// Returns the discounted sum of the rewards from each turn on: G_t = r_t + γ G_{t+1}.
  ///
  /// Nothing is added after the last turn, also where the episode was cut short.
  public func returnsToGo(gamma: Double = 1) -> [Double] {
    var returns = turns.map(\.paid)
    for turn in returns.indices.dropLast().reversed() {
      returns[turn] += gamma * returns[turn + 1]
    }
    return returns
  }

  fileprivate func check() throws {
    guard !turns.isEmpty else { throw CreditError.notCreditable(episode: name) }
    guard turns.contains(where: { $0.reward != nil }) else {
      throw CreditError.noReward(episode: name)
    }
    for (index, turn) in turns.enumerated() {
      guard turn.paid.isFinite, (turn.potential ?? 0).isFinite,
        turn.tokenRewards?.allSatisfy(\.isFinite) ?? true
      else {
        throw CreditError.notFinite(episode: name, turn: index)
      }
    }
    var sum = 0.0
    for (index, turn) in turns.enumerated() {
      sum += turn.paid
      let numbers = [sum, turn.paid, turn.potential ?? 0] + (turn.tokenRewards ?? [])
      guard numbers.allSatisfy({ abs($0) <= CreditGroup.largestReturn }) else {
        throw CreditError.tooLarge(episode: name, turn: index)
      }
    }
  }
}

/// One turn as estimators read it.
public struct CreditTurn: Codable, Hashable, Sendable {
  /// The reward that the environment paid after the turn; absent is not zero.
  public var reward: Double?
  /// What a ``RewardShaper`` pays beside it.
  public var processReward: Double?
  /// How the process reward is spread over the sampled tokens, where it is paid by token.
  public var tokenRewards: [Double]?
  /// The environment's potential of the state before the turn, if it has one.
  public var potential: Double?
  /// The key of the state before the turn, if it was computed.
  public var stateKey: StateKey?
  /// The key of the action, equal for equal tool calls however they were spelled.
  public var actionKey: StateKey?
  /// How many tokens the policy sampled in the turn, observation tokens left out.
  public var sampledTokens: Int

  /// Creates a turn.
  public init(
    reward: Double? = nil, potential: Double? = nil, stateKey: StateKey? = nil,
    actionKey: StateKey? = nil, sampledTokens: Int = 0
  ) {
    self.reward = reward
    self.potential = potential
    self.stateKey = stateKey
    self.actionKey = actionKey
    self.sampledTokens = sampledTokens
  }

  /// What a recursion adds for the turn: both rewards, 0 where none was paid.
  public var paid: Double { (reward ?? 0) + (processReward ?? 0) }

  /// What each sampled token is paid: the turn's rewards on the last one, unless a shaper pays by
  /// token.
  ///
  /// The sum is ``paid`` if there is a token.
  public var paidTokens: [Double] {
    guard sampledTokens > 0 else { return [] }
    var paid = tokenRewards ?? Array(repeating: 0, count: sampledTokens)
    paid[paid.count - 1] += (reward ?? 0) + (tokenRewards == nil ? processReward ?? 0 : 0)
    return paid
  }
}

extension Episode {
  /// Whether the episode says something about the agent: it did not fail, has a turn, and was paid
  /// something, if only 0.
  ///
  /// ``EpisodeSelection`` also compares it with other episodes.
  public var isCreditable: Bool { ending.failure == nil && !turns.isEmpty && totalReward != nil }

  fileprivate func startsLike(_ other: Episode) -> Bool {
    environment == other.environment && scenario == other.scenario
      && (turns.first?.stateKey == nil || other.turns.first?.stateKey == nil
        || turns.first?.stateKey == other.turns.first?.stateKey)
  }
}

extension Action {
  /// The key of the tool calls; where the words could not be read as calls, that of the words.
  public var key: StateKey? {
    calls.isEmpty || problem != nil ? try? StateKey(of: text) : try? StateKey(of: calls)
  }
}
