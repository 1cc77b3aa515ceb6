public import TurnwiseCore

/// What happens to a token whose ratio leaves the clip range.
public enum ClipForm: String, WordChoice {
  /// The gradient is zero if it would move the ratio further out: -min(ρA, clip(ρ)A) (PPO, arXiv
  /// 1707.06347).
  case ppo
  /// The gradient stays, with the ratio held at the bound: -sg[clip(ρ)] A log π, where sg stops the
  /// gradient (CISPO, arXiv 2506.13585).
  case cispo
}

/// The clipped policy-gradient loss of one token.
///
/// With ρ the ratio of probabilities, A the advantage and clip(ρ) = min(1 + high, max(1 - low, ρ)):
///
///     ppo      L = -min(ρA, clip(ρ)A);  for A < 0 also L ≤ -dual · A, whose gradient is zero
///     cispo    L = -sg[clip(ρ)] A log π
///
/// The range is asymmetric as in DAPO (clip-higher, arXiv 2503.14476), and the dual clip is that of
/// Ye et al. (arXiv 1912.09729). GSPO is `ppo` with ``RatioLevel/sequenceMean``. At ρ = 1 every
/// form gives the plain policy gradient: the derivative by the log-probability is -A.
public struct ClippedObjective: Hashable, Sendable {
  /// What happens to a token whose ratio leaves the clip range.
  public var form: ClipForm
  /// How far the ratio of probabilities may fall below 1.
  public var low: Double
  /// How far the ratio of probabilities may rise above 1.
  public var high: Double
  /// The ratio at which the loss of PPO stops growing where the advantage is negative; 0 for none.
  public var dual: Double

  /// Creates an objective.
  public init(_ form: ClipForm = .ppo, low: Double, high: Double, dual: Double = 3) {
    (self.form, self.low, self.high, self.dual) = (form, low, high, dual)
  }

  /// Computes the loss of one token.
  ///
  /// - Parameters:
  ///   - logRatio: The logarithm of the ratio that the token uses; see ``RatioLevel``.
  ///   - advantage: The advantage of the token.
  /// - Returns: The loss, its derivative by the token's own log-probability, and whether the ratio
  ///   was replaced by a bound. The loss of CISPO is given as -clip(ρ)A, which is the value of
  ///   -sg[clip(ρ)] A π/sg[π]. That has the same derivative, so both forms are on one scale.
  public func callAsFunction(
    logRatio: Double, advantage: Double
  ) -> (loss: Double, derivative: Double, isClipped: Bool) {
    let ratio = RatioLevel.ratio(logRatio)
    let clipped = min(1 + high, max(1 - low, ratio))
    switch form {
    case .ppo:
      if advantage < 0, dual > 0, ratio > dual { return (-dual * advantage, 0, true) }
      if clipped * advantage < ratio * advantage { return (-clipped * advantage, 0, true) }
      return (-ratio * advantage, -ratio * advantage, false)
    case .cispo:
      return (-clipped * advantage, -clipped * advantage, clipped != ratio)
    }
  }
}
