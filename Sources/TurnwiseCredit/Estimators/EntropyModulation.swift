internal import Foundation
public import TurnwiseCore

/// Multiplies the credit of another estimator by a factor that falls with the policy's entropy.
///
///     A_{i,t} = Ê_{i,t} g(H_{i,t})        g(H) = e^{−k h(H)} / mean e^{−k h(H)}
///
/// where Ê is the estimator ``each``, H the mean entropy of the sampled tokens of a turn, and h(H) its place between
/// the least and the largest entropy of the group, from 0 to 1. The mean of g over the group's turns is 1, so credit
/// keeps its scale. (After EMPG, 2025, as others describe it; variants: AEM, arXiv 2605.00425, T²PO, arXiv
/// 2605.02178. None of them is copied: only what they share is here.) Turns without tokens have g = 1 and are not
/// part of the mean.
///
/// **Not advised; here to be audited.** Whether the policy was certain says nothing about whether the action
/// mattered: an independent study (arXiv 2608.19760) found that confidence picks key steps no better than chance.
///
/// **When it misleads:** the expected gradient is another one, since what is multiplied depends on the turn: turns in
/// which the policy is undecided, which have most to learn, learn least.
public struct EntropyModulation: CreditEstimator, Configurable {
  /// `entropy`.
  public static let id = "entropy"
  /// What the estimator does.
  public static let summary = "another estimator, less where the policy was undecided (not advised)"

  /// The estimator whose credit is multiplied, with its default options.
  @Option<InnerEstimator>("Estimator whose credit is multiplied.") public var each = RLOO.id
  /// How much the factor falls from the least to the largest entropy, k.
  @Option<NonNegative>("How much the factor falls with entropy.") public var k = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  private var estimator: any CreditEstimator { InnerEstimator.named(each) ?? RLOO() }

  /// What the inner estimator needs, the policy's distributions and tokens.
  public var needs: Set<Evidence.Need> { estimator.needs.union([.distributions, .tokens]) }
  /// The discount of the inner estimator.
  public var discount: Double? { estimator.discount }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("turns in which the policy is undecided count less")
  }
  /// The exceptions of the inner estimator, and laws that the factor breaks.
  public var exceptions: [EstimatorLaw: String] {
    let reason = "the factor depends on the entropies of the group's turns"
    var exceptions = estimator.exceptions
    guard k > 0 else { return exceptions }
    for law in [EstimatorLaw.observations, .longEpisodes, .irrelevantTurn] {
      exceptions[law] = exceptions[law] ?? reason
    }
    // Credit that is the same for all turns of an episode is 0 where going on makes no difference.
    if ![RLOO.id, GRPO.id].contains(each) {
      exceptions[.stopping] = exceptions[.stopping] ?? reason
    }
    return exceptions
  }
  /// The advice of the inner estimator, and a warning.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    estimator.advice(in: setting) + [
      k == 0
        ? CreditNotice(.warning, "'\(Self.id)' with k=0 equals '\(each)'")
        : CreditNotice(
          .warning, "'\(Self.id)' is here to be audited: entropy does not say which turns matter")
    ]
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let distributions: Evidence.Distributions = try evidence.require(.distributions)
    let entropies = try group.episodes.enumerated().map { index, episode in
      try Evidence.tokens(distributions.entropies, of: episode, at: index, .distributions)
        .map { $0.isEmpty ? nil : $0.mean }
    }
    var credit = try estimator.credit(group, evidence: evidence)
    for (member, factors) in Self.factors(entropies, k: k).enumerated() {
      for (turn, factor) in factors.enumerated() {
        credit.episodes[member].turns[turn] *= factor
      }
    }
    return GroupCredit(
      credit.episodes, of: group, loneTurns: credit.diagnostics.loneTurns)
  }

  /// Returns the factor of each turn, given its entropy in the shape `[episode][turn]`.
  package static func factors(_ entropies: [[Double?]], k: Double) -> [[Double]] {
    let known = entropies.joined().compactMap(\.self)
    guard let least = known.min(), let largest = known.max(), largest > least else {
      return entropies.map { $0.map { _ in 1 } }
    }
    func weight(_ entropy: Double) -> Double { exp(-k * (entropy - least) / (largest - least)) }
    let mean = known.map(weight).orderedMean
    return entropies.map { $0.map { $0.map { weight($0) / mean } ?? 1 } }
  }
}
