public import TurnwiseCore

/// What ``EstimatorChecker`` found.
public struct EstimatorReport: Codable, Hashable, Sendable, LawReport {
  /// The expected gradient on one problem, in the shape `[situation][option]`.
  public struct Gradient: Codable, Hashable, Sendable {
    /// The name of the problem.
    public var problem: String
    /// The number of episodes in a group.
    public var groupSize: Int
    /// The estimator's gradient, averaged over all groups.
    public var expected: [[Double]]
    /// The derivative of the expected reward.
    public var truth: [[Double]]
    /// The factor of the true gradient that the estimator claims; `nil` if it claims to be biased.
    public var factor: Double?

    private enum CodingKeys: String, CodingKey {
      case problem, groupSize, expected, truth = "true", factor
    }

    /// The largest difference between the expected gradient and the claim; `nil` without a claim.
    public var error: Double? {
      guard let factor else { return nil }
      return zip(expected.joined(), truth.joined()).map { abs($0 - factor * $1) }.max()
    }
  }

  /// One verdict for each law.
  public var verdicts: [LawVerdict<EstimatorLaw>]
  /// The expected gradients on all problems.
  public var gradients: [Gradient]
}
