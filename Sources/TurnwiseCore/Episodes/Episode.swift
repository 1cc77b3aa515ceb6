/// A finished episode without the types of its environment, as traces record it and estimators read it.
public struct Episode: Codable, Hashable, Sendable {
  /// The name of the episode in its run.
  public var name: String
  /// The environment's `id`.
  public var environment: String
  /// The family of the scenario.
  public var family: String
  /// Where the episode comes from.
  public var origin: EpisodeOrigin
  /// The parent, if the episode is a fork.
  public var parent: ForkParent?
  /// The earlier forks, oldest first, if the parent is itself a fork.
  public var ancestors: [ForkParent]?
  /// The scenario as plain JSON.
  public var scenario: JSONValue
  /// The key of the environment's random stream at the start.
  public var environmentStream: String
  /// The key of the policy's random stream.
  public var policyStream: String
  /// The policy that played; nil if it was not recorded, as in version 1 of the trace format.
  public var policy: PolicyRecord?
  /// The turns.
  public var turns: [Turn]
  /// The tokens, if the policy samples tokens.
  public var tape: TokenTape
  /// How the episode ended.
  public var ending: Ending
  /// The action whose turn failed before it was finished.
  public var unfinishedAction: Action?
  /// The environment's judgement of the last state.
  public var judgement: Judgement?
  /// The key of the last state.
  public var finalKey: StateKey?
  /// The next observation, which a critic reads, if something outside the environment cut the episode short
  /// (``Ending/isCutFromOutside``).
  public var finalObservation: Text?
  /// The last state, if the run records states.
  public var finalState: JSONValue?
  /// How often a decision, a turn or the judgement was tried again after a retryable failure.
  public var retries: Int
}

extension Episode {
  /// The reward of each turn, `nil` if it is absent; the judgement's reward is added to the last turn.
  public var rewards: [Double?] {
    var rewards = turns.map(\.reward)
    if let final = judgement?.reward, let last = rewards.indices.last {
      rewards[last] = (rewards[last] ?? 0) + final
    }
    return rewards
  }

  /// The sum of all rewards, `nil` if there are none.
  public var totalReward: Double? {
    let present = rewards.compactMap(\.self)
    return present.isEmpty ? nil : present.reduce(0, +)
  }

  /// The forks that led to this episode, oldest first.
  public var forks: [ForkParent] { (ancestors ?? []) + (parent.map { [$0] } ?? []) }

  /// Returns the beginning of a turn's action, for a fork that keeps it.
  ///
  /// - Parameters:
  ///   - turn: The turn, from 0.
  ///   - count: The number of sampled tokens. In a turn without sampled tokens, 1 means the whole action.
  /// - Returns: The beginning; `nil` if the turn was not played or has fewer tokens.
  public func beginning(ofTurn turn: Int, count: Int) -> ActionBeginning? {
    guard turns.indices.contains(turn) else { return nil }
    if count == 0 { return .tokens(ActionPrefix(tokens: [], logProbabilities: [])) }
    guard let span = turns[turn].span else { return count == 1 ? .action(turns[turn].action) : nil }
    return tape.beginning(of: span, count: count).map { .tokens($0) }
  }

  /// How well the episode went, from 0 to 1: 1 for success, or the return if the judgement names it as its
  /// measure; `nil` if the episode was not judged.
  public var score: Double? {
    switch judgement?.measure ?? .success {
    case .success: judgement?.success.map { $0 ? 1 : 0 }
    case .return: totalReward
    }
  }

  /// Whether the task was done.
  public var isSuccess: Bool { judgement?.success ?? false }
}
