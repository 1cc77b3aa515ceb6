internal import TurnwiseCore

/// The advantage of the turn, with the differences between its tokens added around it.
///
///     A_{t,j} = A^turn_t + α (A^tok_{t,j} − mean_j A^tok_{t,j})
///
/// with ``TurnGAE`` and ``TokenGAE`` at discounts and λ of their own (VETTA 2026). Taking off the mean
/// over the turn's tokens keeps the turn's mean credit at the turn's advantage: the token scale only
/// says which token of a turn mattered, and the outcome is not counted twice.
///
/// The paper has a value head for each scale; here one critic serves both, read before each turn's first
/// token for the turn scale, and trained on what the token scale has seen.
///
/// **When it misleads:** the mean holds the advantages of later tokens, which depend on the earlier
/// ones, so the expected gradient is not exactly the true one where a turn holds several decisions.
public struct VETTA: CreditEstimator {
  /// `vetta`.
  public static let id = "vetta"
  /// What the estimator does.
  public static let summary = "advantage of the turn plus the centred advantages of its tokens"

  /// The discount per turn; 1 by default, as the critic is trained on returns without a discount.
  public let turnGamma: Double
  /// The λ of the turns.
  public let turnLambda: Double
  /// The discount per token.
  public let gamma: Double
  /// The λ of the tokens.
  public let lambda: Double
  /// The weight of the differences between tokens, α in the paper.
  public let alpha: Double

  /// Creates the estimator.
  public init(
    turnGamma: Double = 1, turnLambda: Double = 0.95, gamma: Double = 1, lambda: Double = 1,
    alpha: Double = 1
  ) {
    UnitInterval.check(turnGamma, "turnGamma")
    UnitInterval.check(turnLambda, "turnLambda")
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    require(
      alpha >= 0 && alpha.isFinite,
      "\(Self.id): alpha must be a finite number of at least 0, but is \(alpha).")
    self.turnGamma = turnGamma
    self.turnLambda = turnLambda
    self.gamma = gamma
    self.lambda = lambda
    self.alpha = alpha
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    turnGamma = try container.decodeUnit(forKey: .turnGamma)
    turnLambda = try container.decodeUnit(forKey: .turnLambda)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
    alpha = try container.decodeAmount(forKey: .alpha)
  }

  private enum CodingKeys: String, CodingKey { case turnGamma, turnLambda, gamma, lambda, alpha }

  private var turns: TurnGAE { TurnGAE(gamma: turnGamma, lambda: turnLambda) }
  private var tokens: TokenGAE { TokenGAE(gamma: gamma, lambda: lambda) }

  /// A critic, and tokens.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// That of the turns.
  public var discount: Double? { turnGamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the mean over a turn's tokens holds later tokens, which depend on earlier ones")
  }
  /// Those of the turn scale, and what its discount breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = turns.exceptions
    exceptions[.observations] = "a turn without tokens is a step of the turn scale"
    exceptions.merge(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
    return exceptions
  }
  /// Warns where a scale is left out.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.criticAlone(Self.id, lambda: turnLambda, criticLambda: 1)
    if alpha == 0 {
      notices.append(CreditNotice(.warning, "'vetta' with alpha=0 is 'turn-gae'"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let coarse = try turns.credit(group, evidence: evidence).episodes
    let fine = try tokens.credit(group, evidence: evidence).episodes
    let fused = zip(coarse, fine).map { coarse, fine in
      let tokens = zip(coarse.turns, fine.tokens ?? []).map { turn, tokens in
        let mean = tokens.reduce(0, +) / Double(max(1, tokens.count))
        return tokens.map { turn + alpha * ($0 - mean) }
      }
      return EpisodeCredit(
        turns: coarse.turns, tokens: tokens, valueTargets: fine.valueTargets)
    }
    return GroupCredit(fused, of: group)
  }
}
