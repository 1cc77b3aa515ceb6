public import TurnwiseCore

/// Generalised advantage estimation over turns, with a critic's value of the state before each turn.
///
///     δ_t = r_t + γ V(s_{t+1}) − V(s_t)        A_t = δ_t + γ λ A_{t+1}
///
/// (Turn-PPO, arXiv 2512.17008; the recursion of Schulman et al. 2016.) One turn is one step, however
/// many tokens it has, and each of its tokens gets A_t. The critic is read and trained only before the
/// first sampled token of a turn. Its targets are A_t + V of a recursion with a λ of its own,
/// `criticLambda`.
///
/// After the last turn V = 0, also at the environment's own turn limit. If the episode was cut off from
/// outside (a full context) and `bootstrap` is true, V is the critic's value of the context that the next
/// turn would have been decided on.
///
/// **When it misleads:** with λ < 1 every error of the critic is credited to some turn. With λ = 0 and a
/// biased critic the gradient can point far from the true one while it looks very certain.
public struct TurnGAE: CreditEstimator, Configurable {
  /// `turn-gae`.
  public static let id = "turn-gae"
  /// What the estimator does.
  public static let summary = "generalised advantage of each turn against a critic"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 1.0
  /// How far credit looks ahead before it trusts the critic, λ in the literature.
  @Option<UnitInterval>("How far credit looks ahead before it trusts the critic, from 0 to 1.")
  public var lambda = 0.95
  /// The λ of the value targets.
  @Option<UnitInterval>("The lambda of the critic's targets.") public var criticLambda = 1.0
  /// Whether the critic's value of what comes next is added to an episode that was cut off from outside.
  @Option("Whether an episode that was cut off from outside bootstraps.")
  public var bootstrap = true

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs a critic, and tokens before which it is read.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// γ.
  public var discount: Double? { gamma }
  /// The true gradient where nothing is discounted.
  public var gradient: GradientClaim { gamma == 1 ? .exact : .discounted }
  /// Laws that a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.comparesWithCritic(lambda: lambda, bootstraps: bootstrap, gamma: gamma)
  }
  /// Warns where credit or targets depend on the critic alone.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.criticAlone(Self.id, lambda: lambda, criticLambda: criticLambda)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let critic = try evidence.requireCritic()
    let credit = try group.episodes.enumerated().map { index, episode in
      let valueAfter = try critic.valueAfter(episode, at: index, bootstraps: bootstrap)
      let values = try critic.valuesBeforeTurns(of: episode, at: index, valueAfter: valueAfter)
      func advantages(_ lambda: Double) -> [Double] {
        GeneralizedAdvantage.advantages(
          rewards: episode.turns.map(\.paid), values: values, valueAfter: valueAfter,
          gamma: gamma, lambda: lambda)
      }
      let targets = zip(advantages(criticLambda), values).map(+)
      return EpisodeCredit(
        turns: advantages(lambda),
        valueTargets: zip(episode.turns, targets).map { $0.sampledTokens > 0 ? [$1] : [] })
    }
    return GroupCredit(credit, of: group)
  }
}

extension CreditNotice {
  /// Returns warnings of options with which credit or targets depend on the critic alone.
  static func criticAlone(_ id: String, lambda: Double, criticLambda: Double) -> [CreditNotice] {
    var notices: [CreditNotice] = []
    if lambda == 0 {
      notices.append(
        CreditNotice(
          .warning, "'\(id)' with lambda=0 repeats every error of the critic; try lambda=0.95"))
    }
    if criticLambda == 0 {
      notices.append(
        CreditNotice(
          .warning, "'\(id)' with criticLambda=0 fits the critic to itself; try criticLambda=1"))
    }
    return notices
  }
}
