internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseTrace

/// How far measured truth lies from what was computed of the same turns.
public struct TruthAgreement: Codable, Hashable, Sendable {
  /// How many turns have both.
  public var turns: Int
  /// √(Σ (measured − computed)² / Σ SE²), about 1 if the errors are what they are said to be; `nil` where
  /// all are 0.
  public var calibration: Double?
  /// The mean of measured − computed, about 0.
  public var bias: Double
  /// What was not followed could change about a computed advantage, on average.
  public var bound: Double
  /// Pearson's coefficient, about the root of ``AuditTruth/reliability``.
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
  /// Not the mean of (d / e)²: where all continuations agree, e is 0 and d may not be, and both sums are right
  /// on average.
  static func calibration(_ differences: [Double], errors: [Double]) -> Double? {
    let expected = errors.reduce(0) { $0 + $1 * $1 }
    guard expected > 0 else { return nil }
    return (differences.reduce(0) { $0 + $1 * $1 } / expected).squareRoot()
  }
}
