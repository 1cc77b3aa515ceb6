public import TurnwiseCore
public import TurnwiseCredit

/// The reason why forks could not be played.
public enum ForkError: Error, Hashable, Sendable {
  /// A point was requested that its group does not have.
  case noSuchPoint(ForkPoint)
  /// Continuations from a point keep failing. Turns count from 0.
  case failing(episode: String, turn: Int, Failure)
  /// Estimators still request more forks after this many rounds.
  case endless(rounds: Int)
}

extension ForkError: CustomStringConvertible {
  /// The problem, and what to do about it.
  public var description: String {
    switch self {
    case .noSuchPoint(let point):
      """
      an estimator asked for a fork at token \(point.token) of turn \(point.turn + 1) of episode \
      \(point.episode) of its group, which does not exist
      """
    case .failing(let episode, let turn, let failure):
      "forks before turn \(turn + 1) of episode \(episode) keep failing: \(failure)"
    case .endless(let rounds):
      """
      an estimator still asked for more forks after \(rounds) rounds; \
      its requests must end at some point
      """
    }
  }
}
