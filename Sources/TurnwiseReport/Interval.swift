internal import Foundation
internal import TurnwiseCore

/// A range that a statistic is said to lie in, with 95 % confidence.
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

  /// Half the width.
  public var halfWidth: Double { (high - low) / 2 }

  /// Whether the interval holds a number.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

extension Interval {
  /// Returns the Wilson interval of a proportion: `successes` of `count` independent trials.
  ///
  /// With z the normal quantile and p = k/n, its centre is (p + z²/2n)/(1 + z²/n) and its half width
  /// z √(p(1−p)/n + z²/4n²)/(1 + z²/n) (Wilson 1927). Unlike a bootstrap it keeps its width near 0
  /// and 1. It speaks of one trained policy; episodes do not replicate training, seeds do.
  ///
  /// - Returns: The interval, `nil` for no trials.
  public static func wilson(successes: Int, of count: Int) -> Interval? {
    require(
      (0...max(count, 0)).contains(successes),
      "Of \(count) trials \(successes) cannot have succeeded.")
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
  /// - Returns: The interval, `nil` for fewer than two values.
  public static func student(_ values: [Double]) -> Interval? {
    guard let deviation = values.sampleDeviation else { return nil }
    let half =
      StudentT.quantile(0.975, degreesOfFreedom: values.count - 1) * deviation
      / Double(values.count).squareRoot()
    return Interval(low: values.mean - half, high: values.mean + half)
  }
}

/// Student's t distribution.
public enum StudentT {
  /// Returns t such that a variable with the distribution lies below it with a probability.
  ///
  /// The central probability is a finite series for whole degrees of freedom (Abramowitz and Stegun
  /// 26.7.3 and 26.7.4); it is inverted by bisection over the angle θ = atan(t/√ν).
  ///
  /// - Complexity: O(*degreesOfFreedom*).
  public static func quantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
    require(degreesOfFreedom > 0, "There is at least one degree of freedom.")
    require(probability > 0 && probability < 1, "A probability lies between 0 and 1.")
    let central = abs(2 * probability - 1)
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<200 where low < high {
      let middle = (low + high) / 2
      if self.central(middle, degreesOfFreedom) < central { low = middle } else { high = middle }
    }
    let t = tan((low + high) / 2) * Double(degreesOfFreedom).squareRoot()
    return probability < 0.5 ? -t : t
  }

  /// The probability of lying between −t and t, for t = √ν tan θ.
  private static func central(_ angle: Double, _ degrees: Int) -> Double {
    let isOdd = !degrees.isMultiple(of: 2)
    let cosine = cos(angle)
    var (sum, term) = (0.0, isOdd ? cosine : 1.0)
    for power in stride(from: isOdd ? 1 : 0, through: degrees - 2, by: 2) {
      sum += term
      term *= cosine * cosine * Double(power + 1) / Double(power + 2)
    }
    return isOdd ? 2 / Double.pi * (angle + sin(angle) * sum) : sin(angle) * sum
  }
}

extension [Double] {
  /// The arithmetic mean; not a number if there are no values.
  var mean: Double { reduce(0, +) / Double(count) }

  /// The standard deviation of a sample, divided by n − 1; `nil` for fewer than two values.
  var sampleDeviation: Double? {
    guard count > 1 else { return nil }
    let mean = mean
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }
}
