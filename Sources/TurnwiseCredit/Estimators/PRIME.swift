/// Process rewards and the outcome, each compared with the others, then added and summed to the end.
///
///     d_{i,j} = N/(N−1) (p_{i,j} − mean over episodes of their mean p)
///     A_{i,j} = Σ_{k≥j} d_{i,k} + N/(N−1) (R_i − mean R)
///
/// where p is the process reward of a token, or of a turn where the shaper pays turns, and R the
/// environment's reward alone (PRIME, Cui et al. 2025, arXiv 2502.01456). With `whiten` A is whitened
/// over the group's tokens at last, as the authors do.
///
/// Made for ``ImplicitReward``: `process=implicit+prime`.
///
/// **When it misleads:** the dense part is summed, so a model that pays more than the mean for anything
/// pays for length.
public struct PRIME: CreditEstimator {
  /// `prime`.
  public static let id = "prime"
  /// What the estimator does.
  public static let summary = "process rewards and outcome, each leave-one-out, summed to the end"

  /// Whether to whiten over the group's tokens.
  public let whiten: Bool

  /// Creates the estimator.
  public init(whiten: Bool = true) { self.whiten = whiten }

  /// Process rewards.
  public var needs: Set<Evidence.Need> { [.processReward, .tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// Biased.
  public var gradient: GradientClaim {
    .biased(
      "process rewards are part of what is maximised, and their baseline counts them per token")
  }
  /// What sums over tokens break.
  public var exceptions: [EstimatorLaw: String] { Self.paysByToken }
  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    for episode in group.episodes { try episode.requireTokens() }
    let outcomes = LeaveOneOut.advantages(group.episodes.map(\.outcome))
    let paysTokens = group.episodes.contains { $0.turns.contains { $0.tokenRewards != nil } }
    let dense = group.episodes.map { episode in
      episode.turns.map { turn in
        paysTokens ? turn.tokenRewards ?? [] : [turn.processReward ?? 0]
      }
    }
    let means = dense.map { turns in
      let values = turns.flatMap(\.self)
      return values.reduce(0, +) / Double(max(1, values.count))
    }
    let count = Double(group.episodes.count)
    let mean = means.sorted().reduce(0, +) / count
    let scale = count > 1 ? count / (count - 1) : 0
    let credit = group.episodes.indices.map { index in
      var ahead = outcomes[index]
      var turns = dense[index]
      for turn in turns.indices.reversed() {
        for step in turns[turn].indices.reversed() {
          let gain = scale * (turns[turn][step] - mean)
          // Rounding of the mean must not look like credit.
          ahead += abs(gain) <= 1e-12 * abs(mean) ? 0 : gain
          turns[turn][step] = ahead
        }
      }
      return zip(group.episodes[index].turns, turns).map { turn, values in
        paysTokens ? values : Array(repeating: values[0], count: turn.sampledTokens)
      }
    }
    guard whiten else { return GroupCredit(credit.map { EpisodeCredit(tokens: $0) }, of: group) }
    let white = Whitened.whiten(credit.map { $0.flatMap(\.self) })
    return GroupCredit(
      zip(group.episodes, white).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }

  private static let paysByToken: [EstimatorLaw: String] = [
    .longEpisodes: "whitening and the mean of process rewards are over tokens"
  ]
}
