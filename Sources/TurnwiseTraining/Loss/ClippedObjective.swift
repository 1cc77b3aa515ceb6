public import TurnwiseCore

/// What happens to a token whose ratio leaves its range.
public enum ClipForm: String, WordChoice {
  /// It loses its gradient, if that would take the ratio further out: -min(ρA, clip(ρ)A)
  /// (PPO, arXiv 1707.06347).
  case ppo
  /// It keeps its gradient with the ratio held at the bound: -sg[clip(ρ)] A log π, with sg what is
  /// not differentiated (CISPO, arXiv 2506.13585).
  case cispo
}

/// The clipped policy-gradient loss of one token.
///
/// With ρ the ratio of probabilities, A the advantage and clip(ρ) = min(1 + high, max(1 - low, ρ)):
///
///     ppo      L = -min(ρA, clip(ρ)A);  for A < 0 also L ≤ -dual · A, whose gradient is zero
///     cispo    L = -sg[clip(ρ)] A log π
///
/// The range is asymmetric as in DAPO (clip-higher, arXiv 2503.14476), the dual clip is that of Ye et
/// al. (arXiv 1912.09729). GSPO is `ppo` with ``RatioLevel/sequenceMean``. At ρ = 1 every form gives
/// the plain policy gradient, -A by the log-probability.
public struct ClippedObjective: Hashable, Sendable {
  /// What happens to a token whose ratio leaves the range.
  public var form: ClipForm
  /// The ratio of probabilities may fall to 1 - `low`.
  public var low: Double
  /// It may rise to 1 + `high`.
  public var high: Double
  /// Where the advantage is negative, the loss of PPO stops growing at this ratio; 0 for never.
  public var dual: Double

  /// Sets the range.
  public init(_ form: ClipForm = .ppo, low: Double, high: Double, dual: Double = 3) {
    (self.form, self.low, self.high, self.dual) = (form, low, high, dual)
  }

  /// Takes the loss of one token.
  ///
  /// - Parameters:
  ///   - logRatio: The logarithm of the ratio that the token uses; see ``RatioLevel``.
  ///   - advantage: The advantage of the token.
  /// - Returns: The loss, its derivative by the token's own log-probability, and whether the ratio was
  ///   replaced by a bound. The loss of CISPO is given as -clip(ρ)A, the value at which
  ///   -sg[clip(ρ)] A π/sg[π] has the same derivative, so that both forms are on one scale.
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
