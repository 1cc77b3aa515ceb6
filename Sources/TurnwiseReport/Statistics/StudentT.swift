internal import Foundation
internal import TurnwiseCore

/// Student's t distribution.
public enum StudentT {
  /// Returns the t below which a variable of the distribution lies with a given probability.
  ///
  /// The central probability is a finite series for whole degrees of freedom (Abramowitz and Stegun
  /// 26.7.3 and 26.7.4). It is inverted by bisection over the angle θ = atan(t/√ν).
  ///
  /// - Complexity: O(*degreesOfFreedom*).
  public static func quantile(_ probability: Double, degreesOfFreedom: Int) -> Double {
    require(
      degreesOfFreedom > 0,
      "There must be at least one degree of freedom, not \(degreesOfFreedom).")
    require(
      probability > 0 && probability < 1,
      "A probability must lie between 0 and 1, but is \(probability).")
    let central = abs(2 * probability - 1)
    var (low, high) = (0.0, Double.pi / 2)
    for _ in 0..<200 where low < high {
      let middle = (low + high) / 2
      if self.central(middle, degreesOfFreedom) < central { low = middle } else { high = middle }
    }
    let t = tan((low + high) / 2) * Double(degreesOfFreedom).squareRoot()
    return probability < 0.5 ? -t : t
  }

  /// Returns the probability of lying outside of the numbers from −t to t.
  ///
  /// - Complexity: O(*degreesOfFreedom*).
  public static func tails(beyond t: Double, degreesOfFreedom: Int) -> Double {
    require(
      degreesOfFreedom > 0,
      "There must be at least one degree of freedom, not \(degreesOfFreedom).")
    let angle = atan(abs(t) / Double(degreesOfFreedom).squareRoot())
    return max(0, 1 - central(angle, degreesOfFreedom))
  }

  /// Returns the probability of lying between −t and t, for t = √ν tan θ.
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
