public import TurnwiseCore

/// Whitens the return-to-go of each token over all sampled tokens of the group.
///
///     A_j = (G_j − mean) / √(Var + 10⁻⁸)        G_j = Σ_{k≥j} γ^{k−j} r_k
///
/// over sampled tokens, with mean and unbiased variance over the tokens of the group (REINFORCE++, Hu et
/// al. 2025, arXiv 2501.03262, which uses the batch instead of the group). With `baseline=true` the mean
/// return of the group's episodes is subtracted from the last reward first (REINFORCE++-baseline).
///
/// Observation tokens neither discount nor reset G.
///
/// **When it misleads:** the mean is over tokens, so long episodes have more weight: where successful
/// episodes are long, the baseline is too high.
public struct Whitened: CreditEstimator, Configurable {
  /// `whitened`.
  public static let id = "whitened"
  /// What the estimator does.
  public static let summary = "return from each token on, whitened over the group's tokens"

  /// The discount per sampled token, γ in the literature.
  @Option<UnitInterval>("Discount per sampled token.") public var gamma = 1.0
  /// Whether to subtract the mean return of the group's episodes first.
  @Option("Whether to subtract the mean return of the group's episodes first.")
  public var baseline = false

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs sampled tokens.
  public var needs: Set<Evidence.Need> { [.tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// 1, or `nil` where tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the mean over tokens and the deviation depend on how long and how good episodes are")
  }
  /// Laws that a mean over tokens breaks.
  public var exceptions: [EstimatorLaw: String] {
    let reason = "the mean is over tokens, so a longer episode moves it more"
    return EstimatorLaw.discountsTokens(gamma).merging(
      [
        .longEpisodes: reason, .irrelevantTurn: reason, .stopping: reason,
        .coefficient: EstimatorLaw.dividesSizeOut,
      ]) { $1 }
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let mean = baseline ? group.episodes.map(\.totalReward).orderedMean : 0
    let returns = try group.episodes.map { episode in
      try episode.requireTokens()
      var rewards = episode.tokenRewards
      rewards[rewards.count - 1] -= mean
      // The rounding of the mean must not look like a return.
      if group.hasEqualReturns, abs(rewards[rewards.count - 1]) <= 1e-12 * abs(mean) {
        rewards[rewards.count - 1] = 0
      }
      return GeneralizedAdvantage.returns(rewards: rewards, gamma: gamma)
    }
    let white = Standardized.whitened(returns)
    return GroupCredit(
      zip(group.episodes, white).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }
}
