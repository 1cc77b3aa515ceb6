internal import Foundation
internal import TurnwiseCore
public import TurnwiseCredit

/// What can be said of a policy in an environment before any training: whether credit matters there.
public struct AuditProfile: Codable, Hashable, Sendable {
  /// How much better credit could be than that of `rloo`; `nil` if the policy has no gradients, their
  /// signal cannot be measured, or fewer than half of the turns have a truth.
  public var headroom: Headroom?
  /// The share of turns that have a truth.
  public var measuredShare: Double
  /// The least share with which the gradient by the true advantages says anything.
  public static let leastMeasuredShare = 0.5
  /// The gradient noise scale of `rloo`, in episodes; `nil` as above.
  public var noiseScale: Double?
  /// The share of turns whose true advantage is significant, of those with a truth.
  public var decisiveShare: Double
  /// The mean number of turns of an episode.
  public var turns: Double
  /// ``GradientSpread/effectiveTurns``; `nil` if the probabilities of actions are not known.
  public var effectiveTurns: Double?
  /// ``GradientSpread/largestShare``; `nil` as above.
  public var largestShare: Double?

  /// Sums up what was played.
  ///
  /// - Parameters:
  ///   - played: The episodes.
  ///   - weights: How much each turn moves the policy, if that is known.
  ///   - signal: The gradients by the true advantages.
  ///   - rloo: The scores of `rloo` on the same groups.
  init(
    _ played: AuditedEpisodes, _ weights: [[[Double]]]?, _ signal: GradientSignal,
    _ rloo: CreditScorer
  ) {
    turns = played.turnsPerEpisode
    noiseScale = rloo.score.noiseScale
    let samples = rloo.groups.joined()
    let turnCount = played.groups.joined().reduce(0) { $0 + $1.turns.count }
    measuredShare = Double(samples.count) / Double(max(1, turnCount))
    // The gradient by the true advantages lacks the turns without a truth.
    headroom = measuredShare < Self.leastMeasuredShare ? nil : signal.headroom(over: rloo.signal)
    decisiveShare =
      Double(samples.count(where: \.isSignificant)) / Double(max(1, samples.count))
    let spread = GradientSpread(weights)
    (effectiveTurns, largestShare) = (spread?.effectiveTurns, spread?.largestShare)
  }
}

/// How the gradient of a policy is spread over the turns of its episodes.
public struct GradientSpread: Codable, Hashable, Sendable {
  /// The mean number of turns that share the squared norm of the score: (Σ w)² / Σ w² over the turns of an
  /// episode, with w of `CreditSample.weight`.
  ///
  /// 1 if one turn has all of the gradient, and the number of turns if all have the same.
  public var effectiveTurns: Double
  /// The mean share of the turn with the largest weight.
  public var largestShare: Double

  /// Sums up the weights of turns, `[group][episode][turn]`; `nil` if no turn has one.
  init?(_ weights: [[[Double]]]?) {
    guard let weights = weights?.joined().filter({ $0.contains { $0 > 0 } }), !weights.isEmpty
    else { return nil }
    effectiveTurns =
      weights.map { turns in
        let sum = turns.reduce(0, +)
        return sum * sum / turns.reduce(0) { $0 + $1 * $1 }
      }.mean
    largestShare = weights.map { ($0.max() ?? 0) / $0.reduce(0, +) }.mean
  }
}

extension AuditedEpisodes {
  /// The mean number of turns of an episode.
  var turnsPerEpisode: Double {
    let episodes = groups.joined()
    return Double(episodes.reduce(0) { $0 + $1.turns.count }) / Double(max(1, episodes.count))
  }

  /// How much each turn moves the policy (`CreditSample.weight`), `[group][episode][turn]`; `nil` if the
  /// probabilities of sampled tokens were not recorded.
  var weights: [[[Double]]]? {
    let weights = groups.map { group in
      let batch = TrainingBatch(group)
      let slopes = batch.behavior.map { $0.map { (1 - exp(Double($0))) * (1 - exp(Double($0))) } }
      return batch.gathered(slopes, group).map { $0.map { $0.reduce(0, +) } }
    }
    return weights.joined().joined().contains { $0 > 0 } ? weights : nil
  }
}
