internal import Foundation
public import TurnwiseCore

/// Subtracts from the return-to-go of each token a baseline that weights episodes by their gradients.
///
///     w_j = 1 − 2π_j + Σ_v π_v²        W_j = Σ_{k≤j} w_k
///     B_j = Σ_i G_{i,j} W_{i,j} / Σ_i W_{i,j}        A_{i,j} = G_{i,j} − B_j
///
/// over the episodes that have a j-th sampled token (OTB, in verl). w is the squared norm of the score of
/// a softmax with respect to its logits, and W that of the prefix if the scores of tokens are not
/// correlated: the baseline of least variance weights a return by the squared score that it is multiplied
/// with. j counts sampled tokens; observation tokens are left out. Where only one episode has a j-th
/// token, B = 0.
///
/// The estimator needs no critic. It needs the policy's distributions, which come from scoring the tokens.
///
/// **When it misleads:** the baseline includes the episode's own return, and at late positions it
/// compares episodes that are in different situations.
public struct OptimalTokenBaseline: CreditEstimator, Configurable {
  /// `otb`.
  public static let id = "otb"
  /// What the estimator does.
  public static let summary =
    "return from each token on, minus a baseline weighed by gradient norms"

  /// The discount per sampled token, γ in the literature.
  @Option<UnitInterval>("Discount per sampled token.") public var gamma = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the policy's distributions, and tokens.
  public var needs: Set<Evidence.Need> { [.distributions, .tokens] }
  /// Credit differs by token.
  public var granularity: CreditGranularity { .token }
  /// 1, or `nil` where tokens are discounted.
  public var discount: Double? { gamma == 1 ? 1 : nil }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the baseline includes the episode's own return")
  }
  /// Laws that a position without a second episode breaks.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "where one episode alone is that long there is no baseline"
    return EstimatorLaw.discountsTokens(gamma).merging(
      [.constantReward: lone, .deadGroup: lone, .nearlyDeadGroup: lone]) { $1 }
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting)
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    var weights: [[Double]] = []
    var returns: [[Double]] = []
    for (index, episode) in group.episodes.enumerated() {
      try episode.requireTokens()
      let logProbabilities = try Evidence.tokens(
        evidence.distributions?.logProbabilities, of: episode, at: index, .distributions)
      let squares = try Evidence.tokens(
        evidence.distributions?.squares, of: episode, at: index, .distributions)
      weights.append(Self.weights(logProbabilities.flatMap(\.self), squares.flatMap(\.self)))
      returns.append(
        GeneralizedAdvantage.returns(rewards: episode.tokenRewards, gamma: gamma))
    }
    let advantages = Self.advantages(returns, weights: weights)
    return GroupCredit(
      zip(group.episodes, advantages).map { EpisodeCredit(tokens: $0.byTurn($1)) }, of: group)
  }

  /// Returns W of each token, given log π and Σ π².
  private static func weights(_ logProbabilities: [Double], _ squares: [Double]) -> [Double] {
    var total = 0.0
    return zip(logProbabilities, squares).map { logProbability, square in
      total += max(0, 1 - 2 * exp(logProbability) + square)
      return total
    }
  }

  /// Returns G − B for numbers in the shape `[episode][token]`.
  private static func advantages(_ returns: [[Double]], weights: [[Double]]) -> [[Double]] {
    var advantages = returns
    for token in 0..<(returns.map(\.count).max() ?? 0) {
      let running = returns.indices.filter { returns[$0].count > token }
      guard running.count > 1 else { continue }
      let values = running.map { returns[$0][token] }
      let smallest = values.min() ?? 0
      // The weights are 0 where every token was certain: then all episodes count the same.
      let weights = running.map { weights[$0][token] }
      let shares = weights.allSatisfy { $0 == 0 } ? weights.map { _ in 1 } : weights
      let baseline =
        zip(values, shares).map { ($0 - smallest) * $1 }.sorted().reduce(0, +)
        / shares.sorted().reduce(0, +)
      let areEqual = LeaveOneOut.areEqual(values)
      for (member, value) in zip(running, values) {
        advantages[member][token] = areEqual ? 0 : (value - smallest) - baseline
      }
    }
    return advantages
  }
}
