internal import Foundation

/// An estimator of the divergence KL(q ‖ p) from one token that was sampled from the policy q
/// (Schulman, "Approximating KL divergence", 2020).
///
/// With x = log p - log q of the token:
///
///     k1 = -x              unbiased, of either sign
///     k2 = x² / 2          biased, never negative
///     k3 = eˣ - 1 - x      unbiased, never negative
///
/// These properties hold for the values. As a loss, differentiated through log q with the tokens
/// held fixed, k3 has the expected gradient of the other divergence, KL(p ‖ q): E_q[(1 - p/q) ∇ log
/// q] = -E_p[∇ log q]. GRPO trains with k3, and so does `klWeight` here, with the reference as p.
/// Its gradient grows without bound on tokens that are likely under the reference and hardly
/// possible under the policy.
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
