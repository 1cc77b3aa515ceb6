internal import TurnwiseCore

/// What an estimator says about a group.
public struct GroupCredit: Codable, Hashable, Sendable {
  /// The credit of each episode, in the order of the group.
  public var episodes: [EpisodeCredit]
  /// What there is to say about the credit.
  public var diagnostics: CreditDiagnostics

  /// Wraps the credit of a group and counts it.
  ///
  /// - Parameters:
  ///   - episodes: The credit of each episode.
  ///   - group: What was credited.
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
/// Credit is the estimate of an advantage: how much better the return is for what was done than for
/// what the policy does on average. It is neither whitened nor clipped nor divided by lengths: those
/// belong to the loss.
public struct EpisodeCredit: Codable, Hashable, Sendable {
  /// The credit of each turn; where it varies inside the turn, the mean over its sampled tokens.
  public var turns: [Double]
  /// The credit of each sampled token, in the shape `[turn][token]`; `nil` where the credit of every
  /// token is that of its turn.
  public var tokens: [[Double]]?
  /// What a critic should have said before the first tokens of each turn, in the shape
  /// `[turn][token]`; `nil` if the estimator trains none.
  ///
  /// A turn can have fewer targets than tokens: an estimator that reads the critic before turns only
  /// gives one.
  public var valueTargets: [[Double]]?

  /// Wraps the credit of an episode.
  public init(turns: [Double], tokens: [[Double]]? = nil, valueTargets: [[Double]]? = nil) {
    self.turns = turns
    self.tokens = tokens
    self.valueTargets = valueTargets
  }

  /// The credit of a sampled token.
  public func credit(turn: Int, token: Int) -> Double { tokens?[turn][token] ?? turns[turn] }
}

/// Counts that describe credit; those of several groups add up.
public struct CreditDiagnostics: Codable, Hashable, Sendable {
  /// Credited groups.
  public var groups = 0
  /// Groups whose episodes all have the same total reward.
  public var equalReturnGroups = 0
  /// Groups in which all credit is zero, so that nothing is learnt from them.
  public var deadGroups = 0
  /// Credited episodes.
  public var episodes = 0
  /// Credited episodes that were cut short.
  public var truncatedEpisodes = 0
  /// Credited turns.
  public var turns = 0
  /// Turns whose credit is zero for each token.
  public var zeroTurns = 0
  /// Turns that had no other episode to be compared with.
  public var loneTurns = 0

  /// Creates counts of nothing.
  public init() {}

  init(_ credit: [EpisodeCredit], of group: CreditGroup, loneTurns: Int) {
    groups = 1
    equalReturnGroups = group.hasEqualReturns ? 1 : 0
    episodes = credit.count
    truncatedEpisodes = group.episodes.count { $0.isTruncated }
    for episode in credit {
      turns += episode.turns.count
      zeroTurns += episode.turns.indices.count { turn in
        episode.tokens?[turn].allSatisfy { $0 == 0 } ?? (episode.turns[turn] == 0)
      }
    }
    deadGroups = zeroTurns == turns ? 1 : 0
    self.loneTurns = loneTurns
  }

  /// The share of turns without credit, `nil` if there are no turns.
  public var zeroCreditShare: Double? { turns == 0 ? nil : Double(zeroTurns) / Double(turns) }

  /// Adds the counts of other groups.
  public static func += (left: inout CreditDiagnostics, right: CreditDiagnostics) {
    left.groups += right.groups
    left.equalReturnGroups += right.equalReturnGroups
    left.deadGroups += right.deadGroups
    left.episodes += right.episodes
    left.truncatedEpisodes += right.truncatedEpisodes
    left.turns += right.turns
    left.zeroTurns += right.zeroTurns
    left.loneTurns += right.loneTurns
  }
}
