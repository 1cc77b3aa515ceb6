internal import Foundation
public import TurnwiseCore

/// Pays each turn for how much more likely it made the right answer.
///
///     p_t = α (L_{t+1} − L_t)
///
/// where L_t is the likelihood, in the context of turn t, of the action that the environment names as the
/// solution (`Environment.referenceAction(in:)`): exp of the mean log-probability per token, or that mean itself
/// with `scale=log`. The last turn is paid nothing, because its action is judged by the environment (IGPO,
/// arXiv 2510.14967; with the logarithm as in TRACE, arXiv 2607.13988).
///
/// A turn whose likelihood was not computed takes part in no difference: the gain over it is paid to the turn
/// before the next one that has a likelihood.
///
/// **When it misleads:** what is paid sums to α (L_T − L_1), so it changes the objective: a policy is paid for
/// making the answer likely, also where it does not give it.
public struct AnswerProgress: RewardShaper, Configurable {
  /// The number that likelihoods are compared by.
  public enum Scale: String, WordChoice {
    /// The geometric mean of the tokens' probabilities.
    case probability
    /// The mean of their logarithms.
    case log
  }

  /// `answer`.
  public static let id = "answer"
  /// What the shaper pays for.
  public static let summary = "pays the gain in the likelihood of the right answer"

  /// The weight of the gain.
  @Option<NonNegative>("Weight of the gain.") public var alpha = 1.0
  /// The number that likelihoods are compared by.
  @Option("Whether likelihoods are compared as probabilities or as logarithms.")
  public var scale = Scale.probability

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs the likelihood of the answer.
  public var needs: Set<Evidence.Need> { [.answerLikelihood] }
  /// Biased: likelihood is paid for itself.
  public var gradient: GradientClaim { .biased("what is paid does not cancel out at the end") }
  /// Laws that a payment for another goal breaks.
  public var exceptions: [EstimatorLaw: String] {
    EstimatorLaw.paysForOtherGoal("the likelihood of the answer is paid for, not only the outcome")
  }
  /// Warns where nothing is paid.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    alpha == 0 ? [CreditNotice(.warning, "'answer' with alpha=0 pays nothing")] : []
  }

  /// Computes the process rewards.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    let likelihoods: [[Double?]] = try evidence.require(.answerLikelihood)
    return ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        guard likelihoods.indices.contains(index),
          likelihoods[index].count == episode.turns.count,
          likelihoods[index].allSatisfy({ $0?.isFinite ?? true })
        else { throw CreditError.evidenceShape(.answerLikelihood, episode: episode.name) }
        return gains(likelihoods[index])
      })
  }

  private func gains(_ logarithms: [Double?]) -> [Double] {
    var gains = logarithms.map { _ in 0.0 }
    var last: Double?
    for (turn, logarithm) in logarithms.enumerated() {
      guard let logarithm else { continue }
      let value = scale == .log ? logarithm : exp(logarithm)
      if let last { gains[turn - 1] = alpha * (value - last) }
      last = value
    }
    return gains
  }
}
