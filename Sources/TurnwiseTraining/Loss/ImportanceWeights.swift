public import TurnwiseCore

/// Weights that correct for tokens that another policy than the trained one has sampled.
///
/// There are three policies: μ, which sampled the tokens and recorded their log-probabilities;
/// π_old, the trained policy at the start of the update, as the trainer computes it; and π, which
/// the update changes. With weights the loss of a token is
///
///     w · L(π / π_old),    w = f(Π_{j ∈ u} π_old(j) / μ(j))
///
/// over the token's unit u; w is a constant, never differentiated (decoupled PPO, arXiv
/// 2110.00641). Without weights, ratios are π / μ and clipping is the only correction; weights
/// would correct them a second time. A ratio r becomes
///
///     truncate    min(r, C)                     biased towards μ, of bounded variance (IMPALA, arXiv 1802.01561)
///     mask        r if 1/C ≤ r ≤ C, else 0      leaves out tokens on which the two policies disagree
///
/// Masked tokens still count in the divisors of ``LossAggregation``, so masking never makes the
/// gradient of the other tokens larger.
public struct ImportanceWeights: Hashable, Sendable {
  /// The unit of tokens that a ratio is taken over.
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

    /// The level of the ratios; `nil` if there are no weights.
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

  /// What happens to ratios that are out of bounds.
  public enum Form: String, WordChoice {
    /// Ratios above the cap are set to the cap.
    case truncate
    /// Ratios above the cap or below its reciprocal are set to 0.
    case mask
  }

  /// The unit of tokens that a ratio is taken over.
  public var level: RatioLevel
  /// What happens to ratios that are out of bounds.
  public var form: Form
  /// The largest ratio, C.
  public var cap: Double

  /// Creates the weights.
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

  /// Returns (Σw)² / Σw²: the number of tokens of weight 1 that are as informative (Kish, 1965).
  ///
  /// It is 0 if all weights are 0.
  public static func effectiveSampleSize(_ weights: [Double]) -> Double {
    let sum = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    return squares > 0 ? sum * sum / squares : 0
  }
}
