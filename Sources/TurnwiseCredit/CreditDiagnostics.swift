/// Counts that describe credit; the counts of several groups can be added.
public struct CreditDiagnostics: Codable, Hashable, Sendable {
  /// Groups that were credited.
  public var groups = 0
  /// Groups whose episodes all have the same total reward.
  public var equalReturnGroups = 0
  /// Groups in which all credit is zero, so that nothing is learnt from them.
  public var deadGroups = 0
  /// Episodes that were credited.
  public var episodes = 0
  /// Credited episodes that were cut off from outside.
  public var truncatedEpisodes = 0
  /// Turns that were credited.
  public var turns = 0
  /// Turns whose credit is zero for each token.
  public var zeroTurns = 0
  /// Turns that had no other episode to be compared with.
  public var loneTurns = 0

  /// Creates counts of zero.
  public init() {}

  /// Counts the credit of one group.
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

  /// The share of turns without credit; `nil` if there are no turns.
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
