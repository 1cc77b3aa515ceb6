public import TurnwiseCore

/// Weights that make up for tokens having been sampled by another policy than the one that is trained.
///
/// Three policies are told apart: μ, which sampled and recorded its log-probabilities; π_old, the
/// trained policy at the start of the update, as the trainer computes it; and π, which moves. With
/// weights the loss of a token is
///
///     w · L(π / π_old),    w = f(Π_{j ∈ u} π_old(j) / μ(j))
///
/// over the token's unit u; w is a constant, never differentiated (decoupled PPO, arXiv 2110.00641).
/// Without them, ratios are π / μ, and the clipping alone does the correction: to do both would
/// correct twice. A ratio r becomes
///
///     truncate    min(r, C)                     biased towards μ, of bounded variance (IMPALA, arXiv 1802.01561)
///     mask        r if 1/C ≤ r ≤ C, else 0      leaves out what the two policies disagree about
///
/// What is masked still counts in the divisors of ``LossAggregation``: masking takes from a gradient and
/// never makes the rest of it larger.
public struct ImportanceWeights: Hashable, Sendable {
  /// Over how many tokens the ratio is taken.
  public enum Level: String, WordChoice {
    /// No weights.
    case none
    /// Each token by itself.
    case token
    /// The product over the turn.
    case turn
    /// The geometric mean over the turn.
    case turnMean = "turn-mean"
    /// The product over the episode: unbiased until it is bounded, but its variance grows
    /// exponentially with the number of tokens.
    case sequence

    /// The level of the ratios, `nil` if there are none.
    public var ratioLevel: RatioLevel? {
      switch self {
      case .none: nil
      case .token: .token
      case .turn: .turn
      case .turnMean: .turnMean
      case .sequence: .sequence
      }
    }
  }

  /// What happens to ratios out of bounds.
  public enum Form: String, WordChoice {
    /// Larger ones are set to the cap.
    case truncate
    /// Those above the cap or below one over it are set to 0.
    case mask
  }

  /// Over how many tokens the ratio is taken.
  public var level: RatioLevel
  /// What happens to ratios out of bounds.
  public var form: Form
  /// The largest ratio, C.
  public var cap: Double

  /// Sets the weights.
  public init(_ level: RatioLevel, _ form: Form = .truncate, cap: Double) {
    (self.level, self.form, self.cap) = (level, form, cap)
  }

  /// Returns the weight of each token.
  ///
  /// - Parameters:
  ///   - logRatios: log π_old(j) - log μ(j) of each token.
  ///   - places: The place of each token. All tokens of a unit must be among them.
  /// - Returns: The weights, in the order of the tokens.
  public func callAsFunction(_ logRatios: [Double], at places: [TokenPlace]) -> [Double] {
    level.logRatios(logRatios, at: places).map { logRatio in
      let ratio = RatioLevel.ratio(logRatio)
      return switch form {
      case .truncate: min(ratio, cap)
      case .mask: ratio >= 1 / cap && ratio <= cap ? ratio : 0
      }
    }
  }

  /// Returns (Σw)² / Σw²: how many tokens of weight 1 say as much as weighted ones (Kish, 1965).
  ///
  /// It is 0 if all weights are.
  public static func effectiveSampleSize(_ weights: [Double]) -> Double {
    let sum = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? sum * sum / squares : 0
  }
}
