/// Return-to-go of each token, whitened over all sampled tokens of the group.
///
/// A_j = (G_j − mean) / √(Var + 10⁻⁸) with G_j = Σ_{k≥j} γ^{k−j} r_k over sampled tokens and mean and
/// unbiased variance over the tokens of the group (REINFORCE++, Hu et al. 2025, arXiv 2501.03262, where
/// the batch takes the place of the group). With `baseline=true` the group's mean return is taken off
/// the last reward first (REINFORCE++-baseline).
///
/// The mean is over tokens, so long episodes weigh more: where successes are long, the baseline is high.
/// Observation tokens neither discount nor reset G.
public struct Whitened: CreditEstimator {
  /// `whitened`.
  public static let id = "whitened"
  /// What the estimator does.
  public static let summary = "return from each token on, whitened over the group's tokens"

  /// The discount per sampled token, γ in the literature.
  public let gamma: Double
  /// Whether the mean return of the group's episodes is taken off first.
  public let baseline: Bool

  /// Creates the estimator.
  public init(gamma: Double = 1, baseline: Bool = false) {
    UnitInterval.check(gamma, "gamma")
    self.gamma = gamma
    self.baseline = baseline
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    baseline = try container.decode(Bool.self, forKey: .baseline)
  }

  private enum CodingKeys: String, CodingKey { case gamma, baseline }

  /// Tokens.
  public var needs: Set<Evidence.Need> { [.tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// None per turn, if tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the mean over tokens and the deviation depend on how long and how good episodes are")
  }
  /// What a mean over tokens breaks.
  public var exceptions: [EstimatorLaw: String] {
    let reason = "the mean is over tokens, so a longer episode moves it more"
    return EstimatorLaw.discountsTokens(gamma).merging(
      [.longEpisodes: reason, .irrelevantTurn: reason, .stopping: reason]) { $1 }
  }
  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let mean = baseline ? group.meanReturn : 0
    let returns = try group.episodes.map { episode in
      try episode.requireTokens()
      var rewards = episode.tokenRewards
      rewards[rewards.count - 1] -= mean
      // Rounding of the mean must not look like a return.
      if group.hasEqualReturns, abs(rewards[rewards.count - 1]) <= 1e-12 * abs(mean) {
        rewards[rewards.count - 1] = 0
      }
      return GeneralizedAdvantage.advantages(
        rewards: rewards, values: rewards.map { _ in 0 }, behind: 0, gamma: gamma, lambda: 1)
    }
    let white = Self.whiten(returns)
    return GroupCredit(
      zip(group.episodes, white).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }

  /// Takes the mean off numbers and divides by their deviation; 0 where all are equal.
  static func whiten(_ numbers: [[Double]]) -> [[Double]] {
    let centred = Standardized.centred(numbers.flatMap(\.self))
    let deviation = Standardized.deviation(of: centred, ddof: 1)
    let scale = deviation == 0 ? 0 : 1 / (deviation * deviation + 1e-8).squareRoot()
    var rest = centred[...]
    return numbers.map { row in
      defer { rest = rest.dropFirst(row.count) }
      return rest.prefix(row.count).map { $0 * scale }
    }
  }
}

extension CreditGroup {
  /// The mean total reward.
  var meanReturn: Double {
    episodes.map(\.totalReward).sorted().reduce(0, +) / Double(max(1, episodes.count))
  }
}
