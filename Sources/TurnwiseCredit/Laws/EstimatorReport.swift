/// What ``EstimatorChecker`` found.
public struct EstimatorReport: Codable, Hashable, Sendable {
  /// What was found on one law.
  public enum Outcome: Codable, Hashable, Sendable {
    /// The law was kept wherever it was tried.
    case kept
    /// The law was broken, as the estimator says it is; the words say why.
    case documented(String)
    /// The law was broken; the words say where.
    case broken(String)
    /// The law does not concern the estimator; the words say why.
    case open(String)
  }

  /// A law with what was found on it.
  public struct Verdict: Codable, Hashable, Sendable {
    /// The law.
    public var law: EstimatorLaw
    /// What was found.
    public var outcome: Outcome
  }

  /// The expected gradient on one problem, in the shape `[situation][option]`.
  public struct Gradient: Codable, Hashable, Sendable {
    /// The problem.
    public var problem: String
    /// How many episodes a group has.
    public var groupSize: Int
    /// What the estimator's gradient is on average over all groups.
    public var expected: [[Double]]
    /// The derivative of the expected reward.
    public var true_: [[Double]]
    /// What the estimator says that the one is of the other; `nil` if it says that it is biased.
    public var factor: Double?

    private enum CodingKeys: String, CodingKey {
      case problem, groupSize, expected, true_ = "true", factor
    }

    /// The largest difference between the expected gradient and what is claimed.
    public var error: Double? {
      guard let factor else { return nil }
      return zip(expected.joined(), true_.joined()).map { abs($0 - factor * $1) }.max()
    }
  }

  /// One verdict for each law.
  public var verdicts: [Verdict]
  /// The expected gradients that were listed.
  public var gradients: [Gradient]

  /// The laws that were broken without being documented.
  public var violations: [EstimatorLaw] {
    verdicts.compactMap { if case .broken = $0.outcome { $0.law } else { nil } }
  }
}
