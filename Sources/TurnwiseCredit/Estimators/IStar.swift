public import TurnwiseCore

/// The standardised outcome plus the standardised process reward of the turn.
///
///     A_{i,t} = z(R)_i + α z(p)_{i,t}
///
/// with z over the outcomes of the group and over the process rewards of all its turns (iStar, arXiv
/// 2509.19199). The process reward of a turn is credited to that turn alone and not summed: the two
/// are combined as advantages, not as rewards.
///
/// Made for ``ImplicitReward``: `process=implicit+istar`.
///
/// **When it misleads:** z makes the process part as large as the outcome even if the model has
/// learnt nothing. Watch how well the model tells outcomes apart (`implicit_model/accuracy` in the
/// metrics).
public struct IStar: CreditEstimator, Configurable {
  /// `istar`.
  public static let id = "istar"
  /// What the estimator does.
  public static let summary = "standardised outcome plus standardised process reward of the turn"

  /// The weight of the process part, α in the paper.
  @Option<NonNegative>("Weight of the process part.") public var alpha = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs process rewards.
  public var needs: Set<Evidence.Need> { [.processReward] }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("process rewards are an advantage of their own, and both parts are standardised")
  }
  /// Laws that standardising over turns breaks.
  public var exceptions: [EstimatorLaw: String] {
    [
      .longEpisodes: "process rewards are standardised over turns",
      .coefficient: EstimatorLaw.dividesSizeOut,
    ]
  }
  /// Refuses groups of one, and warns where the process part is left out.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
      + (alpha == 0 ? [CreditNotice(.warning, "'istar' with alpha=0 is 'grpo'")] : [])
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    var credit = group.broadcast(Standardized.scores(group.episodes.map(\.outcome)))
    let rewards = group.episodes.flatMap { $0.turns.map { $0.processReward ?? 0 } }
    var scores = Standardized.scores(rewards)[...]
    for member in credit.indices {
      for turn in credit[member].indices {
        credit[member][turn] += alpha * (scores.popFirst() ?? 0)
      }
    }
    return GroupCredit(turns: credit, of: group)
  }
}
