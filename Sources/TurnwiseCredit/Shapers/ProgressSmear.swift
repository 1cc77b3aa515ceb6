public import TurnwiseCore

/// Pays each turn for the progress that was made later, the more the closer it is.
///
///     d_t = s_t − s_{t−1}        p_t = α Σ_{k≥t} d_k γ^{k−t} / (1 + γ + … + γ^{k−1})
///
/// with turns counted from 1 and s_t the score of the state after turn t: what was paid up to there plus the
/// potential, or with `of=model` the process reward model's value. After the end of an episode it is what the
/// episode earned. (After prime-rl#3282, a proposal, whose scores are an input of their own.)
///
/// The weights of the progress of turn k over the turns 1…k sum to 1. So what an episode is paid sums to
/// α (s_T − s_0), whatever γ is: a state that was reached and lost again pays nothing in sum. γ = 0 pays
/// progress where it was made, γ = 1 evenly to all turns before it.
///
/// A turn whose state has no potential is not scored: its progress is part of that of the next scored turn,
/// and not that of a score of 0. What comes after the last score pays nothing. The environment has no
/// potential of the state in which an episode was cut off from outside; a model has a value of it.
///
/// Meant for estimators that do not sum payments again: ``ImmediateReward``, ``IStar``.
///
/// **When it misleads:** for an estimator that looks to the end, a part of the progress of a turn was paid
/// before it, to turns that may have had no part in it. Then credit is wrong for any γ > 0.
public struct ProgressSmear: RewardShaper, Configurable {
  /// `smear`.
  public static let id = "smear"
  /// What the shaper pays for.
  public static let summary = "pays the gain in a score, spread over the turns that led to it"

  /// The weight of progress, α.
  @Option<NonNegative>("Weight of progress.") public var alpha = 1.0
  /// How much less a turn is paid than the one after it for the same progress, γ.
  @Option<UnitInterval>("Weight of each earlier turn in the progress of a later one.")
  public var gamma = 0.5
  /// Whose scores are used.
  @Option("Whose scores are used.") public var of = PotentialShaping.Source.environment

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs a potential, or a process reward model with `of=model`.
  public var needs: Set<Evidence.Need> { of == .environment ? [.potential] : [.processModel] }
  /// Biased where progress is paid to earlier turns; otherwise 1 + α times the gradient.
  public var gradient: GradientClaim {
    gamma == 0
      ? .scaled(1 + alpha) : .biased("progress is paid to turns before the one that made it")
  }
  /// What an episode is paid sums to α times the gain of its score.
  public var conserves: Conservation? { .gain(of, weight: alpha) }
  /// Laws that payments to earlier turns break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may be seen to progress differently"
    var exceptions: [EstimatorLaw: String] = [
      .deadGroup: paths, .nearlyDeadGroup: paths,
      .constantReward:
        "of an episode that was cut off, what comes after the last score is not paid",
    ]
    if gamma > 0 {
      let early = "progress is paid to turns before the one that made it"
      for law in [EstimatorLaw.irrelevantTurn, .stopping, .longEpisodes] {
        exceptions[law] = early
      }
    }
    return exceptions
  }
  /// Warns where nothing is paid, and where payments are summed again.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    var notices: [CreditNotice] = []
    if alpha == 0 { notices.append(CreditNotice(.warning, "'smear' with alpha=0 pays nothing")) }
    let id = type(of: consumer).id
    if gamma > 0, alpha > 0, ![ImmediateReward.id, IStar.id, RLOO.id, GRPO.id].contains(id) {
      notices.append(
        CreditNotice(
          .warning, "'\(id)' sums what 'smear' has already spread; 'immediate' does not"))
    }
    return notices
  }

  /// Computes the process rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        let scores = try StateScores(of, of: episode, at: index, evidence)
        return Self.smeared(scores.progress, gamma: gamma).map { alpha * $0 }
      })
  }

  /// Returns progress spread backwards, with weights that fall by γ with each turn and sum to 1.
  package static func smeared(_ progress: [Double], gamma: Double) -> [Double] {
    // The sum of the weights 1, γ, γ² … of as many turns as have been played.
    var totals: [Double] = []
    for _ in progress { totals.append(1 + gamma * (totals.last ?? 0)) }
    var (smeared, ahead) = (progress, 0.0)
    for turn in progress.indices.reversed() {
      ahead = progress[turn] / totals[turn] + gamma * ahead
      smeared[turn] = ahead
    }
    return smeared
  }
}
