internal import TurnwiseCore

/// A summary of how many environment turns training took to reach a level, one number for each seed.
///
/// A seed that did not reach the level within its budget has no number. It counts as more than all
/// others, so the median does not depend on a guess about it.
public struct ThresholdSummary: Codable, Hashable, Sendable {
  /// The level.
  public let threshold: Double
  /// The turns of each seed; `nil` if it did not reach the level.
  public let turns: [Double?]
  /// The number of seeds that reached the level.
  public let reached: Int
  /// The median over all seeds; `nil` if it lies beyond the budget.
  public let median: Double?
  /// The lower end of the 95 % bootstrap interval of the median; `nil` below five seeds, or if it lies
  /// beyond the budget.
  public let low: Double?
  /// The upper end of the interval; `nil` in the same cases as ``low``.
  public let high: Double?

  /// Summarises one number for each of at least one seed.
  public init(threshold: Double, turns: [Double?], bootstrap: Bootstrap = Bootstrap()) {
    require(!turns.isEmpty, "A summary needs at least one seed.")
    self.threshold = threshold
    self.turns = turns
    reached = turns.count { $0 != nil }
    let values = turns.map { $0 ?? .infinity }
    func median(_ values: [Double]) -> Double { values.median ?? .nan }
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    self.median = finite(median(values))
    guard turns.count >= SeedSummary.smallestReplication else {
      (low, high) = (nil, nil)
      return
    }
    let medians = bootstrap.statistics(ofClusters: values.count) { drawn in
      median(drawn.map { values[$0] })
    }.sorted()
    // Nearest ranks, as one cannot interpolate between a number and infinity.
    func rank(_ share: Double) -> Double { medians[Int(share * Double(medians.count - 1))] }
    (low, high) = (finite(rank(0.025)), finite(rank(0.975)))
  }
}
