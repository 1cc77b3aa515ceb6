internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseTrace

/// The agreement of measured truth with computed truth on the same turns.
public struct TruthAgreement: Codable, Hashable, Sendable {
  /// The number of turns that have both.
  public var turns: Int
  /// √(Σ (measured − computed)² / Σ SE²), about 1 if the standard errors are right; `nil` if all of
  /// them are 0.
  public var calibration: Double?
  /// The mean of measured − computed, which should be about 0.
  public var bias: Double
  /// The mean change that histories that were not followed could make to a computed advantage.
  public var bound: Double
  /// Pearson's coefficient, about the square root of ``AuditTruth/reliability``.
  public var pearson: Double?

  /// Compares turns that were measured with the same turns computed.
  public init(_ turns: [(measured: TurnTruth, computed: TurnTruth)]) {
    self.turns = turns.count
    let differences = turns.map { $0.measured.advantage - $0.computed.advantage }
    calibration = Self.calibration(differences, errors: turns.map(\.measured.standardError))
    bias = differences.mean
    bound = turns.reduce(0) { $0 + $1.computed.bound } / Double(max(1, turns.count))
    pearson = Correlation.pearson(
      turns.map(\.measured.advantage), turns.map(\.computed.advantage))
  }

  /// √(Σ d² / Σ e²) of differences d and their standard errors e.
  ///
  /// This is not the mean of (d / e)²: where all continuations agree, e is 0 and d may not be,
  /// while both sums are right on average.
  static func calibration(_ differences: [Double], errors: [Double]) -> Double? {
    let expected = errors.reduce(0) { $0 + $1 * $1 }
    guard expected > 0 else { return nil }
    return (differences.reduce(0) { $0 + $1 * $1 } / expected).squareRoot()
  }
}
