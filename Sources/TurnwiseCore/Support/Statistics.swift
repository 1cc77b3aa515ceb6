extension [Double] {
  /// The arithmetic mean, summed from first to last; 0 if there are no numbers.
  package var mean: Double { reduce(0, +) / Double(Swift.max(1, count)) }

  /// The arithmetic mean, summed in ascending order; 0 if there are no numbers.
  ///
  /// It does not depend on the order of the numbers, down to the last bit.
  package var orderedMean: Double { sorted().mean }

  /// Returns the mean squared difference from the ``mean``.
  ///
  /// - Parameter ddof: The delta degrees of freedom: 0 divides by the count n, 1 by n − 1, as for a sample.
  /// - Returns: The variance; `nil` if there are not more than `ddof` numbers.
  package func variance(ddof: Int = 0) -> Double? {
    guard count > ddof else { return nil }
    let mean = mean
    return reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - ddof)
  }

  /// The median, which is the mean of the two middle numbers if the count is even; `nil` if there are no
  /// numbers.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
