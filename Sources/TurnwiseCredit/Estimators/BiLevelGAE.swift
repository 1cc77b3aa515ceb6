public import TurnwiseCore

/// Generalised advantage estimation at two levels: over turns, then over the tokens of each turn.
///
/// The first pass runs over the last tokens e_t of the turns, with V read *before* e_t:
///
///     A_t = r_t + γ_turn V(e_{t+1}) − V(e_t) + γ_turn λ A_{t+1}
///
/// A_t + V(e_t) is then paid on e_t, and the second pass runs inside each turn with γ and λ and with
/// nothing after e_t, so that e_t gets exactly A_t (bi-level GAE of VAGEN, arXiv 2510.16907).
///
/// The ends of turns are recorded here. The version shipped with RAGEN found them by `reward != 0`, so a
/// turn that was paid nothing disappeared.
///
/// **When it misleads:** with `turnGamma` = γ = λ = 1 the two passes are token GAE, digit for digit; a
/// warning says so at the start. Equal discounts below 1 do not make them equal: the first pass discounts
/// a turn once, token GAE each of its tokens.
public struct BiLevelGAE: CreditEstimator, Configurable {
  /// `bi-level`.
  public static let id = "bi-level"
  /// What the estimator does.
  public static let summary = "generalised advantage over turns, then over the tokens of each turn"

  /// The discount per turn, γ_turn; 1 by default, as the critic is trained on returns without a discount.
  @Option<UnitInterval>("Discount per turn.") public var turnGamma = 1.0
  /// The discount per token inside a turn, γ.
  @Option<UnitInterval>("Discount per token inside a turn.") public var gamma = 1.0
  /// How far credit looks ahead before it trusts the critic, at both levels.
  @Option<UnitInterval>("How far credit looks ahead before it trusts the critic, from 0 to 1.")
  public var lambda = 0.95
  /// Whether the critic's value of what comes next is added to an episode that was cut off from outside.
  @Option("Whether an episode that was cut off from outside bootstraps.")
  public var bootstrap = true

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs a critic, and tokens before which it is read.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// γ_turn, or `nil` where tokens are discounted as well.
  public var discount: Double? { gamma == 1 ? turnGamma : nil }
  /// The true gradient where nothing is discounted.
  public var gradient: GradientClaim { turnGamma == 1 && gamma == 1 ? .exact : .discounted }
  /// Laws that a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.comparesWithCritic(lambda: lambda, bootstraps: bootstrap, gamma: turnGamma)
      .merging(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
  }
  /// Warns where the two levels are one, or credit depends on the critic alone.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.criticAlone(Self.id, lambda: lambda, criticLambda: 1)
    if turnGamma == 1, gamma == 1, lambda == 1 {
      notices.append(
        CreditNotice(
          .warning,
          "'bi-level' with turnGamma=1, gamma=1 and lambda=1 is 'token:lambda=1', digit for digit"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let critic = try evidence.requireCritic()
    let credit = try group.episodes.enumerated().map { index, episode in
      let values = try critic.values(of: episode, at: index)
      let valueAfter = try critic.valueAfter(episode, at: index, bootstraps: bootstrap)
      let returns = GeneralizedAdvantage.returns(
        rewards: episode.tokenRewards, valueAfter: valueAfter, gamma: gamma)
      return EpisodeCredit(
        tokens: tokens(episode, values, valueAfter: valueAfter),
        valueTargets: episode.byTurn(returns))
    }
    return GroupCredit(credit, of: group)
  }

  private func tokens(
    _ episode: CreditEpisode, _ values: [[Double]], valueAfter: Double
  ) -> [[Double]] {
    let turnsWithTokens = values.indices.filter { !values[$0].isEmpty }
    let rewards = episode.byTurn(episode.tokenRewards)
    let advantages = GeneralizedAdvantage.advantages(
      rewards: turnsWithTokens.map { rewards[$0].last ?? 0 },
      values: turnsWithTokens.compactMap { values[$0].last }, valueAfter: valueAfter,
      gamma: turnGamma, lambda: lambda)
    var tokens = values
    for (turn, advantage) in zip(turnsWithTokens, advantages) {
      var paid = rewards[turn]
      paid[paid.count - 1] = advantage + (values[turn].last ?? 0)
      tokens[turn] = GeneralizedAdvantage.advantages(
        rewards: paid, values: values[turn], valueAfter: 0, gamma: gamma, lambda: lambda)
    }
    return tokens
  }
}
