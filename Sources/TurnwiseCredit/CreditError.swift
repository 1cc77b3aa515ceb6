/// Why a group cannot be credited.
///
/// Turns are counted from 0.
public enum CreditError: Error, Hashable, Sendable {
  /// The episode failed or has no turns.
  case notCreditable(episode: String)
  /// Two episodes of the group have different scenarios or starts.
  case differentStarts(String, String)
  /// No turn of the episode has a reward, not even 0.
  case noReward(episode: String)
  /// A reward or potential is infinite or not a number.
  case notFinite(episode: String, turn: Int)
  /// A reward, a potential, or the sum of the rewards up to a turn is larger than
  /// ``CreditGroup/largestReturn``.
  case tooLarge(episode: String, turn: Int)
  /// An episode is in the group twice.
  case sameEpisode(String)
  /// The estimator returned credit that is infinite or not a number.
  case creditNotFinite(estimator: String, episode: String)
  /// The environment gave no potential for the state before a turn.
  case noPotential(episode: String, turn: Int)
  /// The policy sampled no tokens.
  case noTokens(episode: String)
  /// Evidence that the estimator needs was not gathered.
  case missing(Evidence.Need)
  /// Evidence does not have the shape of the group, or is not finite.
  case evidenceShape(Evidence.Need, episode: String)
  /// The state before a turn has no key.
  case noStateKey(episode: String, turn: Int)
  /// The continuations from a turn were not played.
  case noForks(episode: String, turn: Int)
  /// The critic's values do not have the shape of the group's sampled tokens, or are not finite.
  case criticShape(episode: String)
  /// The critic's value of what comes after an episode that was cut off from outside is missing.
  case noBootstrap(episode: String)
}

extension CreditError: CustomStringConvertible {
  /// What is wrong, and what to do about it.
  public var description: String {
    switch self {
    case .notCreditable(let episode):
      "episode \(episode) failed or has no turns; keep the episodes that are creditable"
    case .differentStarts(let first, let second):
      "episodes \(first) and \(second) have different scenarios or starts, so they are not a group"
    case .noReward(let episode):
      """
      episode \(episode) has no reward at all, which is not the same as 0; \
      return a reward from the environment's judge or from its steps
      """
    case .notFinite(let episode, let turn):
      "turn \(turn + 1) of episode \(episode) has a reward or potential that is not finite"
    case .tooLarge(let episode, let turn):
      """
      the rewards of episode \(episode) exceed \(CreditGroup.largestReturn) at turn \(turn + 1), which \
      is too large to compare and to learn from; let the environment pay smaller rewards
      """
    case .sameEpisode(let episode):
      "episode \(episode) is in its group twice; give each episode once"
    case .creditNotFinite(let estimator, let episode):
      "'\(estimator)' gives episode \(episode) credit that is infinite or not a number"
    case .noPotential(let episode, let turn):
      """
      turn \(turn + 1) of episode \(episode) has no potential; \
      give the environment a potential(_:) for every state, or use an estimator without one
      """
    case .noTokens(let episode):
      "the policy sampled no tokens in episode \(episode); use an estimator that credits turns"
    case .missing(let need): "missing evidence: \(need.remedy)"
    case .evidenceShape(let need, let episode):
      "the evidence '\(need.name)' must give finite numbers in the shape of episode \(episode)"
    case .noStateKey(let episode, let turn):
      "turn \(turn + 1) of episode \(episode) has no state key; record state keys, or use another estimator"
    case .noForks(let episode, let turn):
      "nothing was played from turn \(turn + 1) of episode \(episode); \(Evidence.Need.forks.remedy)"
    case .criticShape(let episode):
      "the critic must give one finite value for each sampled token of episode \(episode)"
    case .noBootstrap(let episode):
      """
      episode \(episode) was cut off from outside; \
      the critic must give a finite value of the context of its next turn
      """
    }
  }
}
