internal import Foundation
public import TurnwiseCore

/// Pays the scores of a process reward model so that the sum of an episode is close to its worst score.
///
///     w = softmax(−score / T) over the turns        p_t = w_t score_t
///
/// with scores 2 V̂(s_{t+1}) − 1, which lie between −1 and 1 for values that are probabilities of
/// success. After the end of an episode, what the episode earned takes the place of V̂ (PURE, Cheng et
/// al. 2025, arXiv 2504.15275). As T falls, the sum of p approaches the smallest score: adding good turns
/// earns nothing, while a sum of scores would pay for them. T = 0.1 in the paper.
///
/// **When it misleads:** the value of a state is not the merit of the turn that led to it: one bad turn
/// keeps all later scores low.
public struct MinimumForm: RewardShaper, Configurable {
  /// `min`.
  public static let id = "min"
  /// What the shaper pays for.
  public static let summary = "pays a process reward model's scores, weighed towards the worst turn"

  /// How soft the minimum is, T in the paper.
  @Option<Positive>("How soft the minimum is.") public var temperature = 0.1

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs a process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Biased.
  public var gradient: GradientClaim { .biased("the worst score is another goal than the return") }
  /// Laws that another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.paysForOtherGoal("scores are paid beside the outcome")
  }

  /// Computes the process rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try ScoreSum.scores(group, evidence).map { scores in
        Self.weighted(scores.map { 2 * $0 - 1 }, temperature: temperature)
      })
  }

  /// Returns each score times its weight in the softmax of the negative scores.
  package static func weighted(_ scores: [Double], temperature: Double) -> [Double] {
    let worst = scores.min() ?? 0
    let weights = scores.map { exp((worst - $0) / temperature) }
    let total = weights.reduce(0, +)
    return zip(scores, weights).map { $0 * $1 / total }
  }
}
