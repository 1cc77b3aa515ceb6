public import TurnwiseCore

/// Generalised advantage estimation over sampled tokens, with a critic's value before each of them.
///
/// Over the sampled tokens j of an episode, observation tokens left out,
///
///     δ_j = r_j + γ V_{j+1} − V_j        A_j = δ_j + γ λ_j A_{j+1}
///
/// (Schulman et al. 2016, arXiv 1506.02438; PPO for language models.) λ_j is λ at the last token of a
/// turn and 1 within turns, so that credit looks as many turns ahead in wordy episodes as in terse ones.
/// With `lambdaPer=token` it is λ everywhere, as in PPO for single answers: with 0.95 the first of 45
/// tokens then sees a tenth of the outcome. The reward of a turn is paid on
/// its last sampled token, or on the last token before it if the turn sampled none. The recursion runs
/// across turns: an observation neither discounts nor resets it, however long it is. γ discounts per
/// *token*.
///
/// After the last token V = A = 0 if the episode ended by itself, which includes the environment's own
/// turn limit: the agent is judged there. If the episode was cut off from outside (a full context), V is
/// the critic's value of the context that the next turn would have been decided on; with
/// `bootstrap=false` V is 0 there as well.
///
/// Value targets are A_j + V_j of a recursion with a λ of its own, `criticLambda`. At 1 they are the
/// observed returns, so that a wrong critic does not learn from itself (VAPO, arXiv 2504.05118).
///
/// The estimator compares with the critic and not with other episodes: a group of one and a group
/// with equal returns get credit like any other.
///
/// **When it misleads:** with λ < 1 every error of the critic is credited to some token; a discount per
/// token makes early turns of a long episode almost worthless.
public struct TokenGAE: CreditEstimator, Configurable {
  /// `token`.
  public static let id = "token"
  /// What the estimator does.
  public static let summary = "generalised advantage of each token against a critic"

  /// The discount per sampled token, γ in the literature.
  @Option<UnitInterval>("Discount per sampled token.") public var gamma = 1.0
  /// The steps over which λ applies.
  public enum Steps: String, WordChoice {
    /// From turn to turn; within a turn it is 1.
    case turn
    /// From token to token.
    case token
  }

  /// How far credit looks ahead before it trusts the critic, λ in the literature: 0 is the end of the
  /// turn, or one token with `lambdaPer=token`; 1 is the end of the episode.
  @Option<UnitInterval>("How far credit looks ahead before it trusts the critic, from 0 to 1.")
  public var lambda = 0.95
  /// Whether λ applies from turn to turn or from token to token.
  @Option("Whether lambda applies from turn to turn, or from token to token.")
  public var lambdaPer = Steps.turn
  /// Makes λ grow with the number of tokens l of an episode, as 1 − 1 / (α l) between 0 and 1, with α
  /// this number, and apply from token to token (VAPO); 0 for the fixed `lambda`.
  @Option<NonNegative>("Lambda is 1 - 1 / (this * tokens of the episode); 0 for the fixed lambda.")
  public var adaptive = 0.0
  /// The λ of the value targets.
  @Option<UnitInterval>("The lambda of the critic's targets.") public var criticLambda = 1.0
  /// Whether the critic's value of what comes next is added to an episode that was cut off from outside.
  @Option("Whether an episode that was cut off from outside bootstraps.")
  public var bootstrap = true

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs a critic, and tokens before which it is read.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// 1, or `nil` where tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// The true gradient where nothing is discounted and λ is fixed.
  public var gradient: GradientClaim {
    if gamma < 1 { return .discounted }
    return adaptive == 0 ? .exact : .biased("lambda depends on how long the episode became")
  }
  /// Laws that a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = EstimatorLaw.comparesWithCritic(
      lambda: adaptive > 0 ? lambda(tokens: 1) : lambda, bootstraps: bootstrap, gamma: gamma)
    if adaptive > 0 {
      exceptions[.irrelevantTurn] = "lambda depends on how long the episode became"
    }
    exceptions.merge(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
    return exceptions
  }

  /// Warns where credit depends on the critic alone, or the outcome is discounted away.
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
      let valueAfter = try critic.valueAfter(episode, at: index, bootstraps: bootstrap)
      func advantages(_ lambda: Double) -> [Double] {
        GeneralizedAdvantage.advantages(
          rewards: episode.tokenRewards, values: values, valueAfter: valueAfter, gamma: gamma,
          lambdas: lambdas(lambda, of: episode))
      }
      let targets = zip(advantages(criticLambda), values).map(+)
      return EpisodeCredit(
        tokens: episode.byTurn(advantages(lambda(tokens: values.count))),
        valueTargets: episode.byTurn(targets))
    }
    return GroupCredit(credit, of: group)
  }

  /// Whether λ applies from turn to turn.
  private var isPerTurn: Bool { lambdaPer == .turn && adaptive == 0 }

  /// Returns λ after each sampled token of an episode.
  private func lambdas(_ lambda: Double, of episode: CreditEpisode) -> [Double] {
    episode.turns.flatMap { turn in
      (1...max(1, turn.sampledTokens)).prefix(turn.sampledTokens).map {
        isPerTurn && $0 < turn.sampledTokens ? 1 : lambda
      }
    }
  }

  /// Returns λ of an episode with a number of tokens.
  private func lambda(tokens: Int) -> Double {
    guard adaptive > 0 else { return lambda }
    return min(1, max(0, 1 - 1 / (adaptive * Double(tokens))))
  }
}
