internal import Foundation

/// Return-to-go of each token less a baseline that weighs episodes by how much their gradient moves.
///
///     w_j = 1 − 2π_j + Σ_v π_v²        W_j = Σ_{k≤j} w_k
///     B_j = Σ_i G_{i,j} W_{i,j} / Σ_i W_{i,j}        A_{i,j} = G_{i,j} − B_j
///
/// over the episodes that have a j-th sampled token (OTB, in verl; w is the squared norm of the score of
/// a softmax with respect to its logits, and W that of the prefix if the scores of tokens do not
/// correlate). The baseline with the least variance weighs a return by the squared score it is
/// multiplied with. j counts sampled tokens: observation tokens are left out. Where only one episode is
/// that long, B = 0.
///
/// No critic; needs the policy's distributions, which scoring the tokens gives.
///
/// **When it misleads:** the baseline includes the episode's own return, and at late positions it
/// compares episodes that are in different situations.
public struct OptimalTokenBaseline: CreditEstimator {
  /// `otb`.
  public static let id = "otb"
  /// What the estimator does.
  public static let summary =
    "return from each token on, minus a baseline weighed by gradient norms"

  /// The discount per sampled token, γ in the literature.
  public let gamma: Double

  /// Creates the estimator.
  public init(gamma: Double = 1) {
    UnitInterval.check(gamma, "gamma")
    self.gamma = gamma
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    gamma = try decoder.container(keyedBy: CodingKeys.self).decodeUnit(forKey: .gamma)
  }

  private enum CodingKeys: String, CodingKey { case gamma }

  /// Distributions and tokens.
  public var needs: Set<Evidence.Need> { [.distributions, .tokens] }
  /// By token.
  public var granularity: CreditGranularity { .token }
  /// None per turn, if tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the baseline includes the episode's own return")
  }
  /// What positions break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "where one episode alone is that long there is no baseline"
    return EstimatorLaw.discountsTokens(gamma).merging(
      [.constantReward: lone, .deadGroup: lone, .nearlyDeadGroup: lone]) { $1 }
  }
  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    var weights: [[Double]] = []
    var returns: [[Double]] = []
    for (index, episode) in group.episodes.enumerated() {
      try episode.requireTokens()
      let chances = try Evidence.tokens(
        evidence.distributions?.logProbabilities, of: episode, at: index, .distributions)
      let squares = try Evidence.tokens(
        evidence.distributions?.squares, of: episode, at: index, .distributions)
      weights.append(Self.powers(chances.flatMap(\.self), squares.flatMap(\.self)))
      let rewards = episode.tokenRewards
      returns.append(
        GeneralizedAdvantage.advantages(
          rewards: rewards, values: rewards.map { _ in 0 }, behind: 0, gamma: gamma, lambda: 1))
    }
    let advantages = Self.advantages(returns, weights: weights)
    return GroupCredit(
      zip(group.episodes, advantages).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }

  /// W of each token, from log π and Σ π².
  static func powers(_ logProbabilities: [Double], _ squares: [Double]) -> [Double] {
    var total = 0.0
    return zip(logProbabilities, squares).map { logProbability, square in
      total += max(0, 1 - 2 * exp(logProbability) + square)
      return total
    }
  }

  /// G − B for numbers in the shape `[episode][token]`.
  package static func advantages(_ returns: [[Double]], weights: [[Double]]) -> [[Double]] {
    var advantages = returns
    for token in 0..<(returns.map(\.count).max() ?? 0) {
      let alive = returns.indices.filter { returns[$0].count > token }
      guard alive.count > 1 else { continue }
      let values = alive.map { returns[$0][token] }
      let smallest = values.min() ?? 0
      // Weights of nothing but certain tokens are 0: then all count the same.
      let weights = alive.map { weights[$0][token] }
      let isFlat = weights.allSatisfy { $0 == 0 }
      let shares = isFlat ? weights.map { _ in 1 } : weights
      let baseline =
        zip(values, shares).map { ($0 - smallest) * $1 }.sorted().reduce(0, +)
        / shares.sorted().reduce(0, +)
      let isDead = LeaveOneOut.areEqual(values)
      for (member, value) in zip(alive, values) {
        advantages[member][token] = isDead ? 0 : (value - smallest) - baseline
      }
    }
    return advantages
  }
}
