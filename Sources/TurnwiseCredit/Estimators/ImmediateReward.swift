public import TurnwiseCore

/// What the turn itself was paid, unchanged.
///
///     A_{i,t} = r_{i,t} + w (R_i − mean R)
///
/// For process rewards that are advantages already: with `process=potential:of=model+immediate` a turn
/// is credited with the change of the model's value, which is TD(0) with the model as critic. `outcome`
/// is the weight w of the comparison of whole episodes, where R is the environment's reward alone.
///
/// **When it misleads:** with the environment's reward alone, only the turn that was paid learns. If a
/// model is wrong, nothing corrects it.
public struct ImmediateReward: CreditEstimator, Configurable {
  /// `immediate`.
  public static let id = "immediate"
  /// What the estimator does.
  public static let summary =
    "what the turn itself was paid (for process rewards that are advantages)"

  /// The weight of the comparison of whole episodes.
  @Option<NonNegative>("Weight of the comparison of whole episodes.") public var outcome = 0.0

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs process rewards.
  public var needs: Set<Evidence.Need> { [.processReward] }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("what comes after a turn is not part of its credit")
  }
  /// Credit sums to the total reward, where whole episodes are not compared too.
  public var conserves: Conservation? { outcome == 0 ? .reward : nil }
  /// Laws that credit without the future breaks.
  public var exceptions: [EstimatorLaw: String] {
    let reason = "turns are compared with nothing"
    var exceptions: [EstimatorLaw: String] = [
      .deadGroup: reason, .nearlyDeadGroup: reason, .constantReward: reason,
      .stopping: "what comes after a turn is not part of its credit",
      .irrelevantTurn: "a model that is wrong is believed",
    ]
    if outcome == 0 { exceptions[.everyTurn] = "what comes after a turn is not part of its credit" }
    return exceptions
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let outcomes = Standardized.centred(group.episodes.map(\.outcome))
    return GroupCredit(
      turns: zip(group.episodes, outcomes).map { episode, advantage in
        episode.turns.map { $0.paid + outcome * advantage }
      }, of: group)
  }
}
