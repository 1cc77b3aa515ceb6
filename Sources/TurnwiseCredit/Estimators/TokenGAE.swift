internal import TurnwiseCore

/// Generalised advantage estimation over sampled tokens, with a critic's value before each of them.
///
/// Over the sampled tokens j of an episode, observation tokens left out,
///
///     δ_j = r_j + γ V_{j+1} − V_j        A_j = δ_j + γ λ A_{j+1}
///
/// (Schulman et al. 2016, arXiv 1506.02438; PPO for language models). The reward of a turn is paid on
/// its last sampled token, or on the last one before it if the turn sampled none. The recursion runs
/// across turns: an observation neither discounts nor resets it, however long it is. γ discounts per
/// *token*.
///
/// After the last token V = A = 0 if the episode came to an end of the environment's, its turn limit
/// included: the agent is judged there. If something outside cut it short (a full context), V is the
/// critic's value of the context that the next turn would have been decided on; with
/// `bootstrap=false` V is 0 there as well.
///
/// Value targets are A_j + V_j of a recursion with its own λ, `criticLambda`. At 1 they are the
/// returns that were seen, so that a wrong critic does not learn from itself (VAPO, arXiv 2504.05118).
///
/// The estimator compares with the critic and not with other episodes: a group of one and a group
/// with equal returns get credit as any other.
public struct TokenGAE: CreditEstimator {
  /// `token`.
  public static let id = "token"
  /// What the estimator does.
  public static let summary = "generalised advantage of each token against a critic"

  /// The discount per sampled token, γ in the literature.
  public let gamma: Double
  /// How far credit looks ahead before it trusts the critic, λ in the literature: 0 is one token, 1
  /// is to the end.
  public let lambda: Double
  /// How λ grows with the number of tokens l of an episode, as 1 − 1 / (α l) between 0 and 1, α in the
  /// literature (VAPO); 0 for the fixed `lambda`.
  public let adaptive: Double
  /// The λ of the value targets.
  public let criticLambda: Double
  /// Whether an episode that was cut from outside is worth what the critic says of what comes next.
  public let bootstrap: Bool

  /// Creates the estimator.
  public init(
    gamma: Double = 1, lambda: Double = 0.95, adaptive: Double = 0, criticLambda: Double = 1,
    bootstrap: Bool = true
  ) {
    require(
      adaptive >= 0 && adaptive.isFinite,
      "\(Self.id): adaptive must be a finite number of at least 0, but is \(adaptive).")
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    UnitInterval.check(criticLambda, "criticLambda")
    self.gamma = gamma
    self.lambda = lambda
    self.adaptive = adaptive
    self.criticLambda = criticLambda
    self.bootstrap = bootstrap
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
    adaptive = try container.decodeAmount(forKey: .adaptive)
    criticLambda = try container.decodeUnit(forKey: .criticLambda)
    bootstrap = try container.decode(Bool.self, forKey: .bootstrap)
  }

  private enum CodingKeys: String, CodingKey {
    case gamma, lambda, adaptive, criticLambda, bootstrap
  }

  /// A critic, and tokens.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// None per turn, if tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// True where nothing is discounted.
  public var gradient: GradientClaim {
    if gamma < 1 { return .biased("the discount makes the return another one") }
    return adaptive == 0 ? .exact : .biased("lambda depends on how long the episode became")
  }
  /// What a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = EstimatorLaw.comparesWithCritic(
      lambda: adaptive > 0 ? lambda(tokens: 1) : lambda, bootstraps: bootstrap, gamma: gamma)
    if adaptive > 0 {
      exceptions[.irrelevantTurn] = "lambda depends on how long the episode became"
    }
    exceptions.merge(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
    return exceptions
  }

  /// Warns where the critic is all there is, or the outcome is discounted away.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices: [CreditNotice] = []
    if gamma == 0 {
      notices.append(.myopic(Self.id))
    } else if gamma < 0.98 {
      notices.append(
        CreditNotice(
          .warning,
          """
          'token' discounts per token, not per turn: with gamma=\(gamma) less than half of the \
          reward is left 35 tokens earlier
          """))
    }
    notices += CreditNotice.criticAlone(
      Self.id, lambda: adaptive > 0 ? 1 : lambda, criticLambda: criticLambda)
    if adaptive > 0, adaptive <= 0.05 {
      notices.append(
        CreditNotice(
          .warning,
          """
          'token' with adaptive=\(adaptive) has lambda=0 in episodes of fewer than \(1 / adaptive) \
          tokens; a larger adaptive trusts the critic less
          """))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let critic = try evidence.requireCritic()
    let credit = try group.episodes.enumerated().map { index, episode in
      let values = try critic.values(of: episode, at: index).flatMap(\.self)
      let behind = try critic.valueBehind(episode, at: index, bootstraps: bootstrap)
      func advantages(_ lambda: Double) -> [Double] {
        GeneralizedAdvantage.advantages(
          rewards: episode.tokenRewards, values: values, behind: behind, gamma: gamma,
          lambda: lambda)
      }
      let targets = zip(advantages(criticLambda), values).map(+)
      return EpisodeCredit(
        tokens: episode.byTurn(advantages(lambda(tokens: values.count))),
        valueTargets: episode.byTurn(targets))
    }
    return GroupCredit(credit, of: group)
  }

  /// λ of an episode with a number of tokens.
  func lambda(tokens: Int) -> Double {
    guard adaptive > 0 else { return lambda }
    return min(1, max(0, 1 - 1 / (adaptive * Double(tokens))))
  }
}
