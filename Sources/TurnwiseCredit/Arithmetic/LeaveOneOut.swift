/// Compares each number with the mean of the others.
public enum LeaveOneOut {
  /// Returns x_i − (1/(n−1)) Σ_{j≠i} x_j = n/(n−1) (x_i − x̄) for each number.
  ///
  /// The sum starts from the smallest number and goes in ascending order. So permuting the numbers
  /// permutes the results to the last bit, and equal numbers give exactly 0. A single number has no
  /// others and gives 0.
  public static func advantages(_ values: [Double]) -> [Double] {
    guard let smallest = values.min(), !areEqual(values) else { return values.map { _ in 0 } }
    let sum = values.map { $0 - smallest }.sorted().reduce(0, +)
    let count = Double(values.count)
    return values.map { count / (count - 1) * (($0 - smallest) - sum / count) }
  }

  /// Whether numbers differ by no more than the rounding of the sums that they come from.
  ///
  /// The tolerance is 10⁻¹² of the largest: 0.1 + 0.2 and 0.3 count as equal.
  public static func areEqual(_ values: [Double]) -> Bool {
    guard let smallest = values.min(), let largest = values.max() else { return true }
    return largest - smallest <= 1e-12 * max(abs(smallest), abs(largest))
  }
}
