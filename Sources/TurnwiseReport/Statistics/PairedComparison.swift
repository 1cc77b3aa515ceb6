internal import TurnwiseCore

/// A comparison of two methods on the same seeds.
public struct PairedComparison: Codable, Hashable, Sendable {
  /// The difference of each seed, first minus second.
  public let difference: SeedSummary
  /// The probability that a seed of the first method beats a seed of the second; a tie counts one half.
  public let probabilityOfImprovement: Double
  /// The 95 % bootstrap interval of ``probabilityOfImprovement``; `nil` below five seeds.
  public let probabilityInterval: Interval?

  /// Compares one finite number for each seed; both have the same order of seeds.
  public init(_ first: [Double], _ second: [Double], bootstrap: Bootstrap = Bootstrap()) {
    require(
      first.count == second.count,
      "Both methods must have run on the same seeds, but have \(first.count) and \(second.count).")
    let (x, y) = (Scores(first), Scores(second))
    difference = SeedSummary(x.differences(to: y).rows.map { $0[0] }, bootstrap: bootstrap)
    probabilityOfImprovement = x.probabilityOfImprovement(over: y)
    probabilityInterval =
      first.count < SeedSummary.smallestReplication
      ? nil : bootstrap.interval(of: x, and: y) { $0.probabilityOfImprovement(over: $1) }
  }

  /// The two-sided p-value of Student's paired t test; `nil` below five seeds.
  ///
  /// It is the probability of a mean difference at least this large if both methods are equally good, and 1 if
  /// all differences are 0.
  public var pValue: Double? {
    guard difference.interval != nil, let deviation = difference.deviation else { return nil }
    guard difference.mean != 0 else { return 1 }
    let count = difference.values.count
    let error = deviation / Double(count).squareRoot()
    guard error > 0 else { return 0 }
    return StudentT.tails(beyond: abs(difference.mean) / error, degreesOfFreedom: count - 1)
  }

  /// Whether the first method is better beyond the noise of seeds; `nil` below five seeds.
  ///
  /// It is if the interval of the mean difference lies above 0 *and* the interval of the probability of
  /// improvement lies above one half.
  public var isClearImprovement: Bool? {
    guard let difference = difference.interval, let probability = probabilityInterval else {
      return nil
    }
    return difference.low > 0 && probability.low > 0.5
  }

  /// Whether the first method is worse beyond the noise of seeds, by the same rule; `nil` below five
  /// seeds.
  public var isClearDecline: Bool? {
    guard let difference = difference.interval, let probability = probabilityInterval else {
      return nil
    }
    return difference.high < 0 && probability.high < 0.5
  }
}
