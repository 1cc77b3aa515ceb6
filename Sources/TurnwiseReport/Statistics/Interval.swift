internal import TurnwiseCore

/// A range that contains a statistic with 95 % confidence.
public struct Interval: Codable, Hashable, Sendable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// Creates an interval.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Whether the interval contains a number.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

extension Interval {
  /// Returns the Wilson interval of a proportion: `successes` of `count` independent trials.
  ///
  /// With z the normal quantile and p = k/n, its centre is (p + z²/2n)/(1 + z²/n) and its half width
  /// z √(p(1−p)/n + z²/4n²)/(1 + z²/n) (Wilson 1927). Unlike a bootstrap it keeps its width near 0
  /// and 1. It describes one trained policy: episodes do not replicate training, seeds do.
  ///
  /// - Returns: The interval; `nil` for no trials.
  public static func wilson(successes: Int, of count: Int) -> Interval? {
    require(
      (0...max(count, 0)).contains(successes),
      "There cannot be \(successes) successes in \(count) trials.")
    guard count > 0 else { return nil }
    let z = 1.959963984540054
    let n = Double(count)
    let p = Double(successes) / n
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
    return Interval(
      low: successes == 0 ? 0 : max(0, centre - half),
      high: successes == count ? 1 : min(1, centre + half))
  }

  /// Returns the interval of the mean of independent normal values: x̄ ± t s/√n (Student 1908).
  ///
  /// - Returns: The interval; `nil` for fewer than two values.
  public static func student(_ values: [Double]) -> Interval? {
    guard let variance = values.variance(ddof: 1) else { return nil }
    let half =
      StudentT.quantile(0.975, degreesOfFreedom: values.count - 1) * variance.squareRoot()
      / Double(values.count).squareRoot()
    return Interval(low: values.mean - half, high: values.mean + half)
  }
}
