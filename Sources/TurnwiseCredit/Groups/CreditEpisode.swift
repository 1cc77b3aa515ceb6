public import TurnwiseCore

/// One episode as estimators read it.
public struct CreditEpisode: Codable, Hashable, Sendable {
  /// The name of the episode, for messages.
  public var name: String
  /// The turns; at least one.
  public var turns: [CreditTurn]
  /// Whether the episode was cut off from outside the environment, so that more could have been paid.
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

  /// Reads a recorded episode; the judgement's reward is paid on the last turn.
  public init(_ episode: Episode) {
    let (rewards, shares) = (episode.rewards, episode.shares)
    let turns = episode.turns.enumerated().map { index, turn in
      CreditTurn(
        reward: rewards[index], subtask: turn.subtask, shares: shares[index],
        potential: turn.potential, stateKey: turn.stateKey, actionKey: turn.action.key,
        sampledTokens: turn.span.flatMap { episode.tape[$0]?.range.count } ?? 0)
    }
    self.init(
      name: episode.name, turns: turns, isTruncated: episode.ending.isCutFromOutside,
      finalKey: episode.finalKey)
  }

  /// The sum of all rewards, R in the literature; process rewards are included.
  public var totalReward: Double { turns.reduce(0) { $0 + $1.paid } }

  /// The sum of the environment's rewards, without process rewards.
  public var outcome: Double { turns.reduce(0) { $0 + ($1.reward ?? 0) } }

  /// The number of sampled tokens.
  public var sampledTokens: Int { turns.reduce(0) { $0 + $1.sampledTokens } }

  /// Returns the discounted sum of the rewards from each turn on: G_t = r_t + γ G_{t+1}.
  ///
  /// Nothing is added after the last turn, even if the episode was cut short.
  public func returnsToGo(gamma: Double = 1) -> [Double] {
    var returns = turns.map(\.paid)
    for turn in returns.indices.dropLast().reversed() {
      returns[turn] += gamma * returns[turn + 1]
    }
    return returns
  }

  /// Throws if the episode cannot be credited.
  func validate() throws {
    guard !turns.isEmpty else { throw CreditError.notCreditable(episode: name) }
    guard turns.contains(where: { $0.reward != nil }) else {
      throw CreditError.noReward(episode: name)
    }
    for (index, turn) in turns.enumerated() {
      guard turn.paid.isFinite, turn.shares.allSatisfy(\.value.isFinite),
        (turn.potential ?? 0).isFinite,
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
  /// The reward that the environment paid after the turn; an absent reward is not zero.
  public var reward: Double?
  /// The sub-task that the turn worked on, if the environment has sub-tasks.
  public var subtask: String?
  /// The parts of ``reward`` that belong to sub-tasks; the rest belongs to the whole episode.
  public var shares: [RewardShare]
  /// The reward that a ``RewardShaper`` pays in addition.
  public var processReward: Double?
  /// The process reward of each sampled token, if it is paid by token.
  public var tokenRewards: [Double]?
  /// The environment's potential of the state before the turn, if it has one.
  public var potential: Double?
  /// The key of the state before the turn, if it was computed.
  public var stateKey: StateKey?
  /// The key of the action: equal for equal tool calls, however they were spelled.
  public var actionKey: StateKey?
  /// The number of tokens that the policy sampled in the turn; observation tokens are not counted.
  public var sampledTokens: Int

  /// Creates a turn.
  public init(
    reward: Double? = nil, subtask: String? = nil, shares: [RewardShare] = [],
    potential: Double? = nil, stateKey: StateKey? = nil, actionKey: StateKey? = nil,
    sampledTokens: Int = 0
  ) {
    self.reward = reward
    (self.subtask, self.shares) = (subtask, shares)
    self.potential = potential
    self.stateKey = stateKey
    self.actionKey = actionKey
    self.sampledTokens = sampledTokens
  }

  /// The sum of both rewards; 0 for an absent one.
  public var paid: Double { (reward ?? 0) + (processReward ?? 0) }

  /// The reward of each sampled token: the turn's rewards on the last token, unless a shaper pays by
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

extension Action {
  /// The key of the tool calls, or of the text if it could not be read as calls.
  fileprivate var key: StateKey? {
    calls.isEmpty || problem != nil ? try? StateKey(of: text) : try? StateKey(of: calls)
  }
}
