internal import Foundation
internal import TurnwiseCore

/// Pays the scores of a process reward model so that an episode is worth its worst turn.
///
///     w = softmax(−score / T) over the turns        p_t = w_t score_t
///
/// with scores 2 V̂(s_{t+1}) − 1, so that they lie between −1 and 1 for values that are chances of
/// success; behind an episode's own end the score is that of what it earned (PURE, Cheng et al. 2025,
/// arXiv 2504.15275). As T falls the sum of p becomes the smallest score: adding good turns earns
/// nothing, which a sum of scores would pay for. T = 0.1 in the paper.
///
/// **When it misleads:** the values of a state are not the merits of the turn that led there: one bad
/// turn keeps all later scores low.
public struct MinimumForm: RewardShaper {
  /// `min`.
  public static let id = "min"
  /// What is paid for.
  public static let summary = "pays a process reward model's scores, weighed towards the worst turn"

  /// How soft the minimum is, T in the paper.
  public let temperature: Double

  /// Creates the shaping.
  public init(temperature: Double = 0.1) {
    require(
      temperature > 0 && temperature.isFinite,
      "\(Self.id): temperature must be a finite number above 0, but is \(temperature).")
    self.temperature = temperature
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    temperature = try container.decodeAmount(forKey: .temperature)
    guard temperature > 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .temperature, in: container, debugDescription: "must be above 0")
    }
  }

  private enum CodingKeys: String, CodingKey { case temperature }

  /// A process reward model.
  public var needs: Set<Evidence.Need> { [.processModel] }
  /// Biased.
  public var gradient: GradientClaim { .biased("the worst score is another goal than the return") }
  /// What another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    ScoreSum.exceptions(because: "scores are paid beside the outcome")
  }

  /// Computes what is paid.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try ScoreSum.scores(group, evidence).map { scores in
        Self.weighed(scores.map { 2 * $0 - 1 }, temperature: temperature)
      })
  }

  /// Scores times the softmax of how bad they are.
  package static func weighed(_ scores: [Double], temperature: Double) -> [Double] {
    let worst = scores.min() ?? 0
    let weights = scores.map { exp((worst - $0) / temperature) }
    let total = weights.reduce(0, +)
    return zip(scores, weights).map { $0 * $1 / total }
  }
}
