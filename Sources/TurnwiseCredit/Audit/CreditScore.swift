/// How good credit is, compared with the true advantages.
///
/// Below, x is the credit of a turn and y its true advantage.
public struct CreditScore: Codable, Hashable, Sendable {
  /// Pearson's coefficient between credit and truth over all turns.
  public var pearson: Double?
  /// Pearson's coefficient with turns weighted by how much they move the policy
  /// (``CreditSample/weight``).
  ///
  /// A turn whose action is nearly certain has hardly any gradient, whatever its credit is.
  public var weightedPearson: Double?
  /// Spearman's coefficient.
  public var spearman: Double?
  /// ⟨x, y⟩ / ⟨x, x⟩: the factor that brings credit closest to the truth; 1 is calibrated.
  public var slope: Double?
  /// The root mean square of the difference to the truth that remains after that, in units of return.
  public var residual: Double
  /// The share of turns whose credit has the right sign, of those whose truth is significant.
  public var signs: Double?
  /// The error of the mean credit that biases the expected gradient.
  ///
  /// For each situation and action that was seen at least twice, the error is the mean credit minus the
  /// truth, minus the mean of these differences over the actions of the situation. The bias is the root
  /// mean square of the errors, without what the variance of the means and of the truth adds to it.
  ///
  /// An offset that is the same for all actions of a situation is a baseline: Σ_a π(a) ∇ log π(a) = 0, so
  /// it does not change the expected gradient and does not count. `nil` if no situation was seen with two
  /// actions, each at least twice.
  public var bias: Double?
  /// The mean variance of credit within a situation and action.
  public var variance: Double
  /// The root mean square of the credit of turns whose truth is not significant.
  public var leakage: Double
  /// The share of turns with any credit.
  public var coverage: Double
  /// The share of groups in which no turn has credit.
  public var deadGroups: Double
  /// The cosine between the mean gradient and the true one.
  public var cosine: Double?
  /// The mean over groups of the cosine between a group's gradient and the true one.
  public var groupCosine: Double?
  /// Signal over noise of the gradient of one group: S = mean of ⟨g_m, g_n⟩ over m ≠ n, and
  /// S / (mean |g|² − S).
  public var signalToNoise: Double?
  /// The gradient noise scale: the number of episodes whose gradient has as much noise as signal.
  ///
  /// It is B_simple of McCandlish et al. (2018), with groups as the unit of noise.
  public var noiseScale: Double?
  /// ``signalToNoise`` for 1000 environment turns, those of forks included.
  public var signalPerThousandTurns: Double?
  /// Environment turns of forks for each episode.
  public var forkTurns: Double
}

/// The credit of a turn with its true advantage.
public struct CreditSample: Codable, Hashable, Sendable {
  /// The credit that an estimator gives.
  public var credit: Double
  /// The true advantage.
  public var truth: Double
  /// The distance from 0 above which the truth is significant.
  public var margin: Double
  /// The standard error of the truth; 0 if it was computed.
  public var standardError: Double
  /// A number for the situation and the action: equal ones have equal numbers.
  public var cell: Int
  /// A number for the situation.
  public var situation: Int
  /// How much the turn moves the policy: the sum over its sampled tokens of (1 − p)², with p the
  /// probability of the token; 1 if the probabilities are not known.
  ///
  /// 1 − p is the slope of log p along the logit of the token.
  public var weight: Double

  /// Creates a sample.
  public init(
    credit: Double, truth: Double, margin: Double = 1e-9, standardError: Double = 0, cell: Int,
    situation: Int, weight: Double = 1
  ) {
    self.credit = credit
    self.truth = truth
    self.margin = margin
    self.standardError = standardError
    self.cell = cell
    self.situation = situation
    self.weight = weight
  }

  /// Whether the truth differs significantly from 0.
  public var isSignificant: Bool { abs(truth) > margin }
}
