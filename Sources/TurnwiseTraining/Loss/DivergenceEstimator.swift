internal import Foundation

/// What one sampled token says about the divergence KL(q ‖ p) of the policy q that it was sampled from
/// (Schulman, "Approximating KL divergence", 2020).
///
/// With x = log p - log q of the token:
///
///     k1 = -x              unbiased, of either sign
///     k2 = x² / 2          biased, never negative
///     k3 = eˣ - 1 - x      unbiased, never negative
///
/// That is about values. As a loss, differentiated through log q with the tokens held fixed, k3 has the
/// expected gradient of the other divergence, KL(p ‖ q): E_q[(1 - p/q) ∇ log q] = -E_p[∇ log q]. GRPO
/// trains with it, and so does `klWeight` here, with the reference as p: the pull grows without bound on
/// tokens that the policy has nearly given up and the reference has not.
public enum DivergenceEstimator: String, CaseIterable, Hashable, Sendable {
  /// -x.
  case k1
  /// x² / 2.
  case k2
  /// eˣ - 1 - x.
  case k3

  /// Estimates the divergence from the log-ratio of one token.
  public func callAsFunction(_ logRatio: Double) -> Double {
    switch self {
    case .k1: -logRatio
    case .k2: 0.5 * logRatio * logRatio
    case .k3: exp(min(20, logRatio)) - 1 - logRatio
    }
  }
}
