/// A point of an episode from which continuations can be played.
public struct ForkPoint: Codable, Hashable, Sendable, Comparable {
  /// The index of the episode in its group.
  public var episode: Int
  /// The turn that is played anew, from 0.
  public var turn: Int
  /// How many sampled tokens of that turn are kept; 0 is the state before the turn.
  ///
  /// Of a turn that was not sampled as tokens, 1 keeps the whole action.
  public var token: Int

  /// Names a point.
  public init(episode: Int, turn: Int, token: Int = 0) {
    self.episode = episode
    self.turn = turn
    self.token = token
  }

  /// Orders points by episode, turn and token.
  public static func < (left: ForkPoint, right: ForkPoint) -> Bool {
    (left.episode, left.turn, left.token) < (right.episode, right.turn, right.token)
  }
}

/// A request for continuations from a point.
public struct ForkRequest: Codable, Hashable, Sendable {
  /// Where to fork.
  public var point: ForkPoint
  /// The number of continuations in all, including those that were played already.
  public var count: Int

  /// Asks for continuations.
  public init(_ point: ForkPoint, count: Int) {
    self.point = point
    self.count = count
  }
}

/// The outcome of one continuation from a fork.
public struct ForkOutcome: Codable, Hashable, Sendable {
  /// The turns from the forked one on.
  public var turns: [CreditTurn]
  /// Whether something outside the environment cut the continuation short.
  public var isTruncated: Bool

  /// Wraps a continuation.
  public init(turns: [CreditTurn], isTruncated: Bool = false) {
    self.turns = turns
    self.isTruncated = isTruncated
  }

  /// Wraps a continuation whose return alone is known.
  public init(return value: Double) {
    self.init(turns: [CreditTurn(reward: value)])
  }

  /// The discounted sum of what the continuation was paid; nothing is added after its end.
  public func returnToGo(gamma: Double = 1) -> Double {
    turns.reversed().reduce(0) { $1.paid + gamma * $0 }
  }
}

extension Evidence {
  /// The returns of the first continuations from a point.
  ///
  /// Other estimators may have asked for more, and an estimator must not depend on them.
  public func forkReturns(_ point: ForkPoint, first count: Int, gamma: Double = 1) -> [Double] {
    (forks[point] ?? []).prefix(count).map { $0.returnToGo(gamma: gamma) }
  }
}
