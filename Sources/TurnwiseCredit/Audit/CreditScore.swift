/// How good credit is, held against the true advantages.
///
/// With x the credit and y the truth of a turn:
public struct CreditScore: Codable, Hashable, Sendable {
  /// Pearson's coefficient between credit and truth over all turns.
  public var pearson: Double?
  /// Spearman's coefficient.
  public var spearman: Double?
  /// ⟨x, y⟩ / ⟨x, x⟩: what credit must be multiplied with to come closest to the truth; 1 is calibrated.
  public var slope: Double?
  /// The root mean square of what is left of the truth after that, in units of return.
  public var residual: Double
  /// The share of turns whose truth is significant and whose credit has the right sign.
  public var signs: Double?
  /// How far the expected gradient is led astray: the root mean square, over situations and actions that
  /// were seen at least twice, of mean credit less truth, less its mean over the actions of the
  /// situation; what the variance of the means and of the truth adds to it is taken off.
  ///
  /// An offset that is the same for all actions of a situation is a baseline: Σ_a π(a) ∇ log π(a) = 0, so
  /// it moves no expected gradient, and does not count. `nil` where no situation was seen with two
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
  /// The same for 1000 environment turns, those of forks included.
  public var signalPerThousandTurns: Double?
  /// Environment turns of forks for each episode.
  public var forkTurns: Double
}

/// A turn's credit beside the truth.
public struct CreditSample: Codable, Hashable, Sendable {
  /// What an estimator says.
  public var credit: Double
  /// The true advantage.
  public var truth: Double
  /// How far from 0 the truth must lie to be significant.
  public var margin: Double
  /// The standard error of the truth; 0 if it was computed.
  public var standardError: Double
  /// What situation and action it was: equal ones have equal numbers.
  public var cell: Int
  /// What situation it was, whatever was done in it.
  public var situation: Int

  /// Puts credit beside truth.
  public init(
    credit: Double, truth: Double, margin: Double = 1e-9, standardError: Double = 0, cell: Int,
    situation: Int
  ) {
    self.credit = credit
    self.truth = truth
    self.margin = margin
    self.standardError = standardError
    self.cell = cell
    self.situation = situation
  }

  /// Whether the truth is surely not 0.
  public var isSignificant: Bool { abs(truth) > margin }
}
