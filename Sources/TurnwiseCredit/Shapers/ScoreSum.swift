/// Pays the plain scores of a process reward model: the naive form, for comparison.
///
///     score_t = V̂(s_{t+1}) for t < T        score_T = R
///
/// The scores take the place of the environment's rewards. The score of the last turn is what the
/// episode earned, or V̂ of the last state if the episode was cut off from outside.
///
/// **When it misleads:** scores are positive, so each further turn earns more, whatever it does (PURE,
/// arXiv 2504.15275, saw training collapse almost at once). Use ``ProgressShaping``,
/// ``PotentialShaping`` or ``MinimumForm``.
public struct ScoreSum: RewardShaper {
  /// `scores`.
  public static let id = "scores"
  /// What the shaper pays for.
  public static let summary = "pays a process reward model's plain scores (pays for length)"

  /// Creates the shaper.
  public init() {}

  /// Needs a process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Biased.
  public var gradient: GradientClaim { .biased("each turn more is paid for") }
  /// Laws that pay for turns breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.paysForOtherGoal("each turn is paid its score, whatever comes after it").merging(
      [
        .everyTurn: "an episode that was cut is scored by the model alone",
        .doublePrecision: "the sum of scores is far larger than what was earned",
      ]) { $1 }
  }
  /// Warns that each further turn is paid.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    [CreditNotice(.warning, "'scores' pays for each turn more; 'delta' and 'min' do not")]
  }

  /// Computes the process rewards: the scores minus the environment's rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try zip(group.episodes, Self.scores(group, evidence)).map { episode, scores in
        zip(scores, episode.turns).map { $0 - ($1.reward ?? 0) }
      })
  }

  /// Returns the value of the state after each turn, in the shape `[episode][turn]`; after the end of an
  /// episode, what the episode earned.
  static func scores(_ group: CreditGroup, _ evidence: Evidence) throws -> [[Double]] {
    let model = try evidence.requireProcessModel()
    return try group.episodes.enumerated().map { index, episode in
      var scores = try model.valuesAfterTurns(of: episode, at: index)
      if !episode.isTruncated { scores[scores.count - 1] = episode.outcome }
      return scores
    }
  }
}
