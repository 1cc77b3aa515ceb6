internal import TurnwiseCore

/// How many environment turns training took to reach a level, one number for each seed.
///
/// A seed that did not get there within its budget has none. It counts as more than all that did, so
/// the middle seed is told without guessing how far the others were.
public struct ThresholdSummary: Codable, Hashable, Sendable {
  /// The level that was to be reached.
  public let threshold: Double
  /// The turns of each seed; `nil` if it did not get there.
  public let turns: [Double?]
  /// How many seeds got there.
  public let reached: Int
  /// The median over all seeds; `nil` if it lies beyond the budget.
  public let median: Double?
  /// The lower end of the 95 % bootstrap interval of the median; `nil` below five seeds, or if it lies
  /// beyond the budget.
  public let low: Double?
  /// The upper end; `nil` as ``low`` is.
  public let high: Double?

  /// Sums up one number for each seed; there is at least one seed.
  public init(threshold: Double, turns: [Double?], bootstrap: Bootstrap = Bootstrap()) {
    require(!turns.isEmpty, "There is at least one seed.")
    self.threshold = threshold
    self.turns = turns
    reached = turns.count { $0 != nil }
    let values = turns.map { $0 ?? .infinity }
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    median = finite(Self.median(values))
    guard turns.count >= SeedSummary.smallestReplication else {
      (low, high) = (nil, nil)
      return
    }
    let medians = bootstrap.statistics(ofClusters: values.count) { drawn in
      Self.median(drawn.map { values[$0] })
    }.sorted()
    // Nearest ranks: nothing lies between a number and what is beyond all numbers.
    func rank(_ share: Double) -> Double { medians[Int(share * Double(medians.count - 1))] }
    (low, high) = (finite(rank(0.025)), finite(rank(0.975)))
  }

  /// The middle one, or the mean of the middle two.
  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
