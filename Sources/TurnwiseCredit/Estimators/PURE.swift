/// Process rewards from each turn on, compared with what the others are paid for as many tokens.
///
///     b_{i,t} = L_{i,t} Σ_{k≠i} Σ_u p_{k,u} / Σ_{k≠i} L_k
///     A_{i,t} = Σ_{u≥t} (p_{i,u} − b_{i,u}) + R_i − (1/(N−1)) Σ_{k≠i} R_k
///
/// where L is the number of tokens of a turn or an episode, p the process reward and R the environment's
/// reward (PURE, Cheng et al. 2025, arXiv 2504.15275). The baseline is per token, because a baseline per
/// turn pays for splitting turns or for merging them.
///
/// Made for ``MinimumForm``: `process=min+pure`.
///
/// **When it misleads:** long turns are charged for their tokens even if the model pays nothing.
public struct PURE: CreditEstimator {
  /// `pure`.
  public static let id = "pure"
  /// What the estimator does.
  public static let summary = "process rewards to the end, minus the others' pay for as many tokens"

  /// Creates the estimator.
  public init() {}

  /// Needs process rewards, and tokens to count.
  public var needs: Set<Evidence.Need> { [.processReward, .tokens] }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("process rewards are part of what is maximised, and the baseline counts own tokens")
  }
  /// Laws that a baseline per token breaks.
  public var exceptions: [EstimatorLaw: String] {
    [.longEpisodes: "the baseline is per token, so a longer episode moves it more"]
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    for episode in group.episodes { try episode.requireTokens() }
    let outcomes = LeaveOneOut.advantages(group.episodes.map(\.outcome))
    let paid = group.episodes.map { $0.turns.map { $0.processReward ?? 0 } }
    let sums = paid.map { $0.reduce(0, +) }
    let credit = group.episodes.indices.map { index in
      let others = group.episodes.indices.filter { $0 != index }
      let tokens = others.reduce(0) { $0 + group.episodes[$1].sampledTokens }
      let paidPerToken =
        tokens > 0 ? others.map { sums[$0] }.sorted().reduce(0, +) / Double(tokens) : 0
      var sum = outcomes[index]
      var credit = paid[index]
      for turn in credit.indices.reversed() {
        if !others.isEmpty {
          sum +=
            paid[index][turn]
            - paidPerToken * Double(group.episodes[index].turns[turn].sampledTokens)
        }
        credit[turn] = sum
      }
      return credit
    }
    return GroupCredit(turns: credit, of: group)
  }
}
