public import TurnwiseCore

/// Reads off credit from how far training has moved the policy.
///
///     A_{i,t} = β Σ_j (log π(token j) − log π_ref(token j)) + w (R_i − mean of the others' R)
///
/// with j over the sampled tokens of the turn, and the weight w the option `outcome`, 0 in the paper.
/// π is the policy that sampled, π_ref the policy that training started from (progress advantage, arXiv
/// 2606.26080). Its theorem: if π is the *optimal* policy of the return minus β times its divergence from
/// π_ref, this is the optimal advantage of that problem. Before that it says what the policy has learnt to prefer,
/// right or wrong.
///
/// **Not advised; here to be audited.** At w = 0 it reads no rewards: training with it never starts, since the policy
/// is its own reference then. With w > 0 it amplifies whatever training has changed. Its authors rank finished episodes.
///
/// **When it misleads:** the ratio is compared with nothing: it also grows with what was learnt about style, and with
/// the number of tokens.
public struct ProgressAdvantage: CreditEstimator, Configurable {
  /// `progress`.
  public static let id = "progress"
  /// What the estimator does.
  public static let summary = "log-ratio of the policy to the one at the start (not advised)"

  /// The scale, β in the paper.
  @Option<NonNegative>("Scale of the log-ratios.") public var beta = 1.0
  /// The weight of the comparison of whole episodes, w.
  @Option<NonNegative>("Weight of the comparison of whole episodes.") public var outcome = 0.0

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the log-probabilities of the policy and of its reference, and tokens.
  public var needs: Set<Evidence.Need> { [.distributions, .referencePolicy, .tokens] }
  /// Biased.
  public var gradient: GradientClaim { .biased("log-ratios are another goal than the return") }
  /// Laws that credit without rewards breaks.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions: [EstimatorLaw: String] = [
      .observations: "the log-ratios of a turn's tokens are summed"
    ]
    for law in [EstimatorLaw.deadGroup, .nearlyDeadGroup, .irrelevantTurn, .stopping] {
      exceptions[law] = "log-ratios do not depend on rewards"
    }
    guard outcome == 0 else { return exceptions }
    for law in [EstimatorLaw.everyTurn, .loneSurvivor, .doublePrecision, .coefficient] {
      exceptions[law] = "with outcome=0 rewards are not read"
    }
    return exceptions
  }
  /// Warns that it teaches nothing new, and refuses groups of one where they are compared.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    let audited = "'\(Self.id)' is here to be audited: "
    return outcome == 0
      ? [CreditNotice(.warning, audited + "with outcome=0 it reads no rewards and teaches nothing")]
      : CreditNotice.lonely(Self.id, in: setting)
        + [CreditNotice(.warning, audited + "it amplifies whatever training has changed")]
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let distributions: Evidence.Distributions = try evidence.require(.distributions)
    let outcomes = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    let turns = try group.episodes.enumerated().map { index, episode in
      let own = try Evidence.tokens(
        distributions.logProbabilities, of: episode, at: index, .distributions)
      let reference = try Evidence.tokens(
        evidence.referencePolicy, of: episode, at: index, .referencePolicy)
      return zip(own, reference).map { own, reference in
        beta * zip(own, reference).reduce(0) { $0 + $1.0 - $1.1 } + outcome * outcomes[index]
      }
    }
    return GroupCredit(turns: turns, of: group)
  }
}
