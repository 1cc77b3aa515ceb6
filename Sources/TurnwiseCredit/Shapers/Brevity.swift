public import TurnwiseCore

/// Pays the short ones among the successes of a group, at the cost of the long ones.
///
///     p_i = α (mean T − T_i) / max T        over the successes of the group, on the last turn
///
/// where T_i is the number of turns. (After PlanPO, arXiv 2608.17289, of which only a summary was available: the
/// formula is our reconstruction.) An episode that failed is paid nothing, so giving up early is not rewarded. The
/// payments of a group sum to 0 and stay between −α and α. A group with one success, or with successes of one
/// length, is not changed. An episode that was cut off from outside has no length of its own and counts as a
/// failure.
///
/// **It changes the goal.** A way that succeeds more often and takes longer can be paid less than one that succeeds
/// less often, if α is large. With α below the return of a success, each success is still paid more than a failure
/// that earns nothing.
///
/// **When it misleads:** where length is luck, or where looking first is what makes success likely, the payments are
/// noise or wrong.
public struct Brevity: RewardShaper, Configurable {
  /// `brevity`.
  public static let id = "brevity"
  /// What the shaper pays for.
  public static let summary = "pays short successes more than long ones (changes the goal)"

  /// The weight of length, α.
  @Option<NonNegative>("Weight of length.") public var alpha = 0.1
  /// The return from which on an episode is a success.
  @Option<Positive>("Return from which on an episode is a success.") public var success = 0.5

  /// Creates the shaper with its default options.
  public init() {}

  /// Biased.
  public var gradient: GradientClaim { .biased("short successes are paid more than they earned") }
  /// Laws that another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.paysForOtherGoal("short successes are paid more than they earned").merging(
      [.coefficient: "only successes are paid"]) { $1 }
  }
  /// Warns where nothing is paid, and where a success can be worth less than a failure.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    if alpha == 0 { return [CreditNotice(.warning, "'brevity' with alpha=0 pays nothing")] }
    guard alpha >= success else { return [] }
    return [
      CreditNotice(
        .warning, "'brevity' with alpha=\(alpha) can pay a long success less than a failure")
    ]
  }

  /// Computes the process rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let lengths = group.episodes.filter(isSuccess).map { Double($0.turns.count) }
    let (mean, longest) = (lengths.mean, lengths.max() ?? 1)
    return ProcessRewards(
      turns: group.episodes.map { episode in
        let saved = isSuccess(episode) ? (mean - Double(episode.turns.count)) / longest : 0
        return Array(repeating: 0, count: episode.turns.count - 1) + [alpha * saved]
      })
  }

  private func isSuccess(_ episode: CreditEpisode) -> Bool {
    !episode.isTruncated && episode.outcome >= success
  }
}
