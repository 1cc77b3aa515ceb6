internal import TurnwiseCore

/// The credit of a group.
public struct GroupCredit: Codable, Hashable, Sendable {
  /// The credit of each episode, in the order of the group.
  public var episodes: [EpisodeCredit]
  /// Counts that describe the credit.
  public var diagnostics: CreditDiagnostics
  /// The credit of continuations that are trained on, in the shape `[continuation][turn]`, by the point
  /// that they were played from: of the first continuations in `Evidence.forks`, and of their turns from
  /// the point on.
  ///
  /// Most estimators use continuations as values only and have none.
  public var branches: [ForkPoint: [[Double]]] = [:]

  /// Wraps the credit of a group and counts it.
  ///
  /// - Parameters:
  ///   - episodes: The credit of each episode.
  ///   - group: The group that was credited.
  ///   - loneTurns: How many turns had no other episode to be compared with.
  public init(_ episodes: [EpisodeCredit], of group: CreditGroup, loneTurns: Int = 0) {
    require(
      episodes.map(\.turns.count) == group.episodes.map(\.turns.count),
      "Each turn of the group needs one credit: the episodes have \(group.episodes.map(\.turns.count))"
        + " turns, but \(episodes.map(\.turns.count)) are credited.")
    self.episodes = episodes
    diagnostics = CreditDiagnostics(episodes, of: group, loneTurns: loneTurns)
  }

  /// Wraps credit that is constant within each turn, in the shape `[episode][turn]`.
  public init(turns: [[Double]], of group: CreditGroup, loneTurns: Int = 0) {
    self.init(turns.map { EpisodeCredit(turns: $0) }, of: group, loneTurns: loneTurns)
  }
}

/// The credit of one episode, in units of return.
///
/// Credit is an estimate of the advantage: how much better the return is for what was done than for
/// what the policy does on average. It is neither whitened nor clipped nor divided by lengths; these
/// belong to the loss.
public struct EpisodeCredit: Codable, Hashable, Sendable {
  /// The credit of each turn; if it differs within the turn, the mean over its sampled tokens.
  public var turns: [Double]
  /// The credit of each sampled token, in the shape `[turn][token]`; `nil` if every token has the
  /// credit of its turn.
  public var tokens: [[Double]]?
  /// The values that a critic should have predicted before the first tokens of each turn, in the shape
  /// `[turn][token]`; `nil` if the estimator trains no critic.
  ///
  /// A turn can have fewer targets than tokens: an estimator that reads the critic only before turns
  /// gives one.
  public var valueTargets: [[Double]]?

  /// Wraps the credit of an episode.
  public init(turns: [Double], tokens: [[Double]]? = nil, valueTargets: [[Double]]? = nil) {
    self.turns = turns
    self.tokens = tokens
    self.valueTargets = valueTargets
  }

  /// Returns the credit of a sampled token.
  public func credit(turn: Int, token: Int) -> Double { tokens?[turn][token] ?? turns[turn] }
}
