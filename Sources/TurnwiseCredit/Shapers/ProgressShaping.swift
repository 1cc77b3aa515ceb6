public import TurnwiseCore

/// Pays each turn, beside the outcome, for the progress that a process reward model sees in it.
///
///     p_t = α (r_t + V̂(s_{t+1}) − V̂(s_t))
///
/// where V̂ is learnt from the outcomes of forks and V̂ = 0 after the end of an episode, so that the
/// last turn is measured by what was really paid (process advantage, PAV, Setlur et al. 2024, arXiv
/// 2410.08146; the current policy is its own prover). An episode that was cut off from outside keeps V̂
/// of its last state.
///
/// At γ = 1 the payments telescope to α (R − V̂(s_0)): an estimator that looks to the end sees 1 + α times
/// the return. What changes is what each turn is compared with, and how soon it is paid.
///
/// **When it misleads:** an estimator with a discount or λ < 1 believes the model where it is wrong.
public struct ProgressShaping: RewardShaper, Configurable {
  /// `delta`.
  public static let id = "delta"
  /// What the shaper pays for.
  public static let summary = "pays the outcome and the gain in a process reward model's value"

  /// The weight of progress, α in the paper.
  @Option<NonNegative>("Weight of progress.") public var alpha = 1.0

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs a process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// 1 + α times the gradient without the shaper.
  public var gradient: GradientClaim { .scaled(1 + alpha) }
  /// What an episode is paid sums to α times what the model did not expect at its start.
  public var conserves: Conservation? { .gain(.model, weight: alpha) }
  /// Laws that different paths break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may be seen to progress differently"
    return [.deadGroup: paths, .nearlyDeadGroup: paths]
  }
  /// Warns where nothing is paid.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    alpha == 0 ? [CreditNotice(.warning, "'delta' with alpha=0 pays nothing")] : []
  }

  /// Computes the process rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let model = try evidence.requireProcessModel()
    return ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        let before = try model.valuesBeforeTurns(of: episode, at: index)
        let after = try model.valuesAfterTurns(of: episode, at: index)
        return episode.turns.indices.map { turn in
          alpha * ((episode.turns[turn].reward ?? 0) + after[turn] - before[turn])
        }
      })
  }
}
