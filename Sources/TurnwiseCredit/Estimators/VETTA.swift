public import TurnwiseCore

/// The advantage of a turn, plus the differences between the advantages of its tokens.
///
///     A_{t,j} = A^turn_t + α (A^tok_{t,j} − mean_j A^tok_{t,j})
///
/// with ``TurnGAE`` and ``TokenGAE``, each at discounts and λ of its own (VETTA 2026). Subtracting the
/// mean over the turn's tokens keeps the mean credit of the turn at the turn's advantage: the token level
/// only says which token of a turn mattered, and the outcome is not counted twice.
///
/// The paper has a value head for each level. Here one critic serves both: it is read before each turn's
/// first token for the turn level, and trained on the targets of the token level.
///
/// **When it misleads:** the mean contains the advantages of later tokens, which depend on the earlier
/// ones, so the expected gradient is not exactly the true one where a turn holds several decisions.
public struct VETTA: CreditEstimator, Configurable {
  /// `vetta`.
  public static let id = "vetta"
  /// What the estimator does.
  public static let summary = "advantage of the turn plus the centred advantages of its tokens"

  /// The discount per turn; 1 by default, as the critic is trained on returns without a discount.
  @Option<UnitInterval>("Discount per turn.") public var turnGamma = 1.0
  /// The λ of the turn level.
  @Option<UnitInterval>("The lambda of the turn level.") public var turnLambda = 0.95
  /// The discount per token.
  @Option<UnitInterval>("Discount per token.") public var gamma = 1.0
  /// The λ of the token level.
  @Option<UnitInterval>("The lambda of the token level.") public var lambda = 1.0
  /// The weight of the differences between tokens, α in the paper.
  @Option<NonNegative>("Weight of the differences between tokens.") public var alpha = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  private var turnLevel: TurnGAE {
    TurnGAE { ($0.gamma, $0.lambda) = (turnGamma, turnLambda) }
  }
  private var tokenLevel: TokenGAE {
    TokenGAE { ($0.gamma, $0.lambda) = (gamma, lambda) }
  }

  /// Needs a critic, and tokens before which it is read.
  public var needs: Set<Evidence.Need> { [.critic, .tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// The discount of the turn level.
  public var discount: Double? { turnGamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the mean over a turn's tokens holds later tokens, which depend on earlier ones")
  }
  /// Laws that the turn level and a discount of tokens break.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = turnLevel.exceptions
    exceptions[.observations] = "a turn without tokens is a step of the turn scale"
    exceptions.merge(EstimatorLaw.discountsTokens(gamma)) { own, _ in own }
    return exceptions
  }
  /// Warns where a level is left out, or credit depends on the critic alone.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.criticAlone(Self.id, lambda: turnLambda, criticLambda: 1)
    if alpha == 0 {
      notices.append(CreditNotice(.warning, "'vetta' with alpha=0 is 'turn-gae'"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let coarse = try turnLevel.credit(group, evidence: evidence).episodes
    let fine = try tokenLevel.credit(group, evidence: evidence).episodes
    let fused = zip(coarse, fine).map { coarse, fine in
      let tokens = zip(coarse.turns, fine.tokens ?? []).map { turn, tokens in
        let mean = tokens.mean
        return tokens.map { turn + alpha * ($0 - mean) }
      }
      return EpisodeCredit(
        turns: coarse.turns, tokens: tokens, valueTargets: fine.valueTargets)
    }
    return GroupCredit(fused, of: group)
  }
}
