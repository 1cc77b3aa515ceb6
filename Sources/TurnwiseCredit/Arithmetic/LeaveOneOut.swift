/// Comparison of each number with the mean of the others.
public enum LeaveOneOut {
  /// Returns x_i − (1/(n−1)) Σ_{j≠i} x_j = n/(n−1) (x_i − x̄) for each number.
  ///
  /// The numbers are summed in ascending order, from their smallest: permuting them permutes the
  /// results to the last bit, and equal numbers give exactly 0. A single number has nothing to be
  /// compared with and gives 0.
  public static func advantages(_ values: [Double]) -> [Double] {
    guard let smallest = values.min(), !areEqual(values) else { return values.map { _ in 0 } }
    let sum = values.map { $0 - smallest }.sorted().reduce(0, +)
    let count = Double(values.count)
    return values.map { count / (count - 1) * (($0 - smallest) - sum / count) }
  }

  /// Whether numbers differ by no more than the rounding of the sums they came from.
  ///
  /// That is 10⁻¹² of the largest: 0.1 + 0.2 and 0.3 are equal in this sense.
  public static func areEqual(_ values: [Double]) -> Bool {
    guard let smallest = values.min(), let largest = values.max() else { return true }
    return largest - smallest <= 1e-12 * max(abs(smallest), abs(largest))
  }
}
