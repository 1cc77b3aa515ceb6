public import TurnwiseCore

/// The gain in value along the edges of the tree that a group's episodes and their forks form.
///
///     V(node) = mean over the actions drawn there of V(action)        A = V(action) − V(node)
///
/// Episodes share a node as long as their states and actions are equal (tree credit as in CARL, arXiv
/// 2512.04949, and TreeRL). The value of an action is the mean, over the times it was taken, of what was
/// paid plus the value of the state that it led to.
///
/// A draw counts once for each time the action was *sampled* at the node. Forks that start further down
/// are not draws of the actions above them: otherwise branches that were forked more often would get more
/// weight, which biases the values. A node at which only one action was drawn has nothing to compare, and
/// its edge gets no credit.
///
/// With `k` = 0 the tree is what the group happens to share, and costs nothing. With `k` > 0 that many
/// continuations are played from the state before each turn of the group's first `trunks` episodes.
///
/// **When it misleads:** without forks episodes part after a few turns, and everything after that gets no
/// credit.
public struct RolloutTree: CreditEstimator, Configurable {
  /// `tree`.
  public static let id = "tree"
  /// What the estimator does.
  public static let summary = "gain in value along the tree that episodes and their forks make"

  /// Continuations from the state before each turn.
  @Option<Integers<0, 100_000>>("Continuations from the state before each turn.")
  public var k = 2
  /// How many of the group's episodes are forked.
  @Option<Integers<0, 100_000>>("How many of the group's episodes are forked.")
  public var trunks = 1

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the keys of states, and forks if some are to be played.
  public var needs: Set<Evidence.Need> {
    k > 0 && trunks > 0 ? [.stateKeys, .forks] : [.stateKeys]
  }
  /// Biased.
  public var gradient: GradientClaim {
    .biased(
      "an episode is part of the values it is compared with, and lone branches have no credit")
  }
  /// Laws that branches without another one beside them break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "where only one action was drawn there is nothing to compare"
    var exceptions: [EstimatorLaw: String] = [
      .everyTurn: lone, .loneSurvivor: lone,
      .doublePrecision: "episodes that did the same share their credit",
    ]
    if needs.contains(.forks) {
      let forks = "episodes are compared with forks too"
      exceptions.merge(
        [
          .permutation: "the first episodes are the ones that are forked", .deadGroup: forks,
          .nearlyDeadGroup: forks, .constantReward: forks,
        ]) { $1 }
    }
    return exceptions
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Asks for `k` continuations before each turn of the first episodes.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    guard k > 0 else { return [] }
    return group.episodes.prefix(trunks).enumerated().flatMap { index, episode in
      episode.turns.indices.map { ForkRequest(ForkPoint(episode: index, turn: $0), count: k) }
    }
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    var tree = ActionTree()
    for (index, episode) in group.episodes.enumerated() {
      try tree.insert(episode.turns[...], of: episode.name, shared: 0)
      for turn in episode.turns.indices where k > 0 && index < trunks {
        let point = ForkPoint(episode: index, turn: turn)
        guard let outcomes = evidence.forks[point] else {
          throw CreditError.noForks(episode: episode.name, turn: turn)
        }
        for outcome in outcomes.prefix(k) {
          try tree.insert(
            episode.turns[..<turn] + outcome.turns[...], of: episode.name, shared: turn)
        }
      }
    }
    let values = tree.values()
    let credit = try group.episodes.map { try tree.gains(along: $0, values) }
    return GroupCredit(
      turns: credit.map { $0.map { $0 ?? 0 } }, of: group,
      loneTurns: credit.reduce(0) { $0 + $1.count { $0 == nil } })
  }
}
