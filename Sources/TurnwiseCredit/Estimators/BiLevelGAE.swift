/// Generalised advantage at two scales: turns first, then the tokens inside each of them.
///
/// The first pass runs over the last tokens e_t of the turns, with V read *before* e_t:
///
///     A_t = r_t + γ_turn V(e_{t+1}) − V(e_t) + γ_turn λ A_{t+1}
///
/// A_t + V(e_t) is then paid on e_t, and the second pass runs inside each turn with γ and λ, with
/// nothing behind e_t, so that e_t gets exactly A_t (bi-level GAE of VAGEN, arXiv 2510.16907).
///
/// Where turns end is known here; the version shipped with RAGEN found it by `reward != 0`, so a turn
/// that was paid nothing disappeared.
///
/// **Degenerates:** with `turnGamma` = γ = λ = 1 the two passes are token GAE, digit for digit. A
/// warning says so at start. Equal discounts below 1 are not enough: the first pass discounts a turn
/// once, token GAE each of its tokens.
public struct BiLevelGAE: CreditEstimator {
  /// `bi-level`.
  public static let id = "bi-level"
  /// What the estimator does.
  public static let summary = "generalised advantage over turns, then over the tokens of each turn"

  /// The discount per turn, γ_turn; 1 by default, as the critic is trained on returns without a discount.
  public let turnGamma: Double
  /// The discount per token inside a turn, γ.
  public let gamma: Double
  /// How far credit looks ahead before it trusts the critic, at both scales.
  public let lambda: Double
  /// Whether an episode that was cut from outside is worth what the critic says of what comes next.
  public let bootstrap: Bool

  /// Creates the estimator.
  public init(
    turnGamma: Double = 1, gamma: Double = 1, lambda: Double = 0.95, bootstrap: Bool = true
  ) {
    UnitInterval.check(turnGamma, "turnGamma")
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    self.turnGamma = turnGamma
    self.gamma = gamma
    self.lambda = lambda
    self.bootstrap = bootstrap
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    turnGamma = try container.decodeUnit(forKey: .turnGamma)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
    bootstrap = try container.decode(Bool.self, forKey: .bootstrap)
  }

  private enum CodingKeys: String, CodingKey { case turnGamma, gamma, lambda, bootstrap }

  /// A critic, and tokens.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// γ_turn; none if tokens are discounted as well.
  public var discount: Double? { gamma == 1 ? turnGamma : nil }
  /// True where nothing is discounted.
  public var gradient: GradientClaim {
    turnGamma == 1 && gamma == 1
      ? .exact : .biased("the discounts make the return another one")
  }
  /// What a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.comparesWithCritic(lambda: lambda, bootstraps: bootstrap, gamma: turnGamma)
      .merging(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
  }
  /// Warns where nothing is left of the two levels.
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
      let behind = try critic.valueBehind(episode, at: index, bootstraps: bootstrap)
      let returns = GeneralizedAdvantage.advantages(
        rewards: episode.tokenRewards, values: values.flatMap(\.self).map { _ in 0 },
        behind: behind, gamma: gamma, lambda: 1)
      return EpisodeCredit(
        tokens: tokens(episode, values, behind: behind), valueTargets: episode.byTurn(returns))
    }
    return GroupCredit(credit, of: group)
  }

  private func tokens(
    _ episode: CreditEpisode, _ values: [[Double]], behind: Double
  ) -> [[Double]] {
    let spoken = values.indices.filter { !values[$0].isEmpty }
    let rewards = episode.byTurn(episode.tokenRewards)
    let turns = GeneralizedAdvantage.advantages(
      rewards: spoken.map { rewards[$0].last ?? 0 }, values: spoken.compactMap { values[$0].last },
      behind: behind, gamma: turnGamma, lambda: lambda)
    var tokens = values
    for (turn, advantage) in zip(spoken, turns) {
      var paid = rewards[turn]
      paid[paid.count - 1] = advantage + (values[turn].last ?? 0)
      tokens[turn] = GeneralizedAdvantage.advantages(
        rewards: paid, values: values[turn], behind: 0, gamma: gamma, lambda: lambda)
    }
    return tokens
  }
}
