/// Pays the plain scores of a process reward model: the naive form, here to be compared with.
///
///     score_t = V̂(s_{t+1}) for t < T        score_T = R
///
/// The scores take the place of the environment's rewards; the last turn is scored with what the
/// episode earned (an episode's that was cut from outside with V̂ of its last state).
///
/// **Hacked by length:** scores are positive, so each turn more earns more, whatever it does (PURE,
/// arXiv 2504.15275, saw training collapse almost at once). Use ``ProgressShaping``,
/// ``PotentialShaping`` or ``MinimumForm``.
public struct ScoreSum: RewardShaper {
  /// `scores`.
  public static let id = "scores"
  /// What is paid for.
  public static let summary = "pays a process reward model's plain scores (pays for length)"

  /// Creates the shaping.
  public init() {}

  /// A process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Biased.
  public var gradient: GradientClaim { .biased("each turn more is paid for") }
  /// What pay for turns breaks.
  public var exceptions: [EstimatorLaw: String] {
    Self.exceptions(because: "each turn is paid its score, whatever comes after it").merging(
      [
        .everyTurn: "an episode that was cut is scored by the model alone",
        .doublePrecision: "the sum of scores is far larger than what was earned",
      ]) { $1 }
  }
  /// Warns of what is paid for.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    [CreditNotice(.warning, "'scores' pays for each turn more; 'delta' and 'min' do not")]
  }

  /// Computes what is paid: the scores less the environment's rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try zip(group.episodes, Self.scores(group, evidence)).map { episode, scores in
        zip(scores, episode.turns).map { $0 - ($1.reward ?? 0) }
      })
  }

  /// The value of the state behind each turn, in the shape `[episode][turn]`; behind an episode's own
  /// end, what the episode earned.
  static func scores(_ group: CreditGroup, _ evidence: Evidence) throws -> [[Double]] {
    let model = try evidence.requireProcessModel()
    return try group.episodes.enumerated().map { index, episode in
      var scores = try model.valuesBehindTurns(of: episode, at: index)
      if !episode.isTruncated { scores[scores.count - 1] = episode.outcome }
      return scores
    }
  }

  static func exceptions(because reason: String) -> [EstimatorLaw: String] {
    [
      .deadGroup: reason, .nearlyDeadGroup: reason, .constantReward: reason,
      .irrelevantTurn: reason, .stopping: reason, .longEpisodes: reason,
    ]
  }
}
