/// Generalised advantage estimation over turns, with a critic's value of the state before each turn.
///
///     δ_t = r_t + γ V(s_{t+1}) − V(s_t)        A_t = δ_t + γ λ A_{t+1}
///
/// (Turn-PPO, arXiv 2512.17008; the recursion of Schulman et al. 2016.) One turn is one step, however
/// many tokens it has, and each of its tokens gets A_t. The critic is read before the turn's first
/// sampled token and trained there alone, on A_t + V of a recursion with its own `criticLambda`.
///
/// After the last turn V = 0, also at the environment's own turn limit. If something outside cut the
/// episode short (a full context) and `bootstrap` is true, V is the critic's value of the context that
/// the next turn would have been decided on.
///
/// **When it misleads:** with λ < 1 every error of the critic is credited to somebody; with λ = 0 and a
/// biased critic the gradient can point far from the true one while looking very certain.
public struct TurnGAE: CreditEstimator {
  /// `turn-gae`.
  public static let id = "turn-gae"
  /// What the estimator does.
  public static let summary = "generalised advantage of each turn against a critic"

  /// The discount per turn, γ in the literature.
  public let gamma: Double
  /// How far credit looks ahead before it trusts the critic, λ in the literature.
  public let lambda: Double
  /// The λ of the value targets.
  public let criticLambda: Double
  /// Whether an episode that was cut from outside is worth what the critic says of what comes next.
  public let bootstrap: Bool

  /// Creates the estimator.
  public init(
    gamma: Double = 1, lambda: Double = 0.95, criticLambda: Double = 1, bootstrap: Bool = true
  ) {
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    UnitInterval.check(criticLambda, "criticLambda")
    self.gamma = gamma
    self.lambda = lambda
    self.criticLambda = criticLambda
    self.bootstrap = bootstrap
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
    criticLambda = try container.decodeUnit(forKey: .criticLambda)
    bootstrap = try container.decode(Bool.self, forKey: .bootstrap)
  }

  private enum CodingKeys: String, CodingKey { case gamma, lambda, criticLambda, bootstrap }

  /// A critic, and tokens before which it is read.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// γ.
  public var discount: Double? { gamma }
  /// True where nothing is discounted.
  public var gradient: GradientClaim {
    gamma == 1 ? .exact : .biased("the discount makes the return another one")
  }
  /// What a comparison with a critic breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.comparesWithCritic(lambda: lambda, bootstraps: bootstrap, gamma: gamma)
  }
  /// Warns where the critic is all there is.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.criticAlone(Self.id, lambda: lambda, criticLambda: criticLambda)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let critic = try evidence.requireCritic()
    let credit = try group.episodes.enumerated().map { index, episode in
      let behind = try critic.valueBehind(episode, at: index, bootstraps: bootstrap)
      let values = try critic.valuesBeforeTurns(of: episode, at: index, behind: behind)
      func advantages(_ lambda: Double) -> [Double] {
        GeneralizedAdvantage.advantages(
          rewards: episode.turns.map(\.paid), values: values, behind: behind, gamma: gamma,
          lambda: lambda)
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
  /// Warnings of options that leave the critic to itself.
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
