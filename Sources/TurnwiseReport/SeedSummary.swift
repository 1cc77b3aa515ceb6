internal import TurnwiseCore

/// One number for each training seed, summed up.
///
/// Seeds are the unit of replication: average episodes within a seed first. From
/// ``smallestReplication`` seeds on there are intervals; below that an interval would promise what so
/// few values cannot keep, and there are the values alone.
public struct SeedSummary: Codable, Hashable, Sendable {
  /// The number of seeds from which on intervals are given.
  public static let smallestReplication = 5

  /// The value of each seed.
  public let values: [Double]
  /// The arithmetic mean.
  public let mean: Double
  /// The standard deviation of the sample, `nil` for one seed.
  public let deviation: Double?
  /// Student's 95 % interval of the mean, `nil` below five seeds.
  public let interval: Interval?
  /// The mean of the middle half (IQM).
  public let interquartileMean: Double
  /// The 95 % bootstrap interval of the ``interquartileMean``, `nil` below five seeds.
  public let bootstrapInterval: Interval?

  /// Sums up one finite number for each seed; there is at least one.
  public init(_ values: [Double], bootstrap: Bootstrap = Bootstrap()) {
    let scores = Scores(values)
    let isReplicated = values.count >= Self.smallestReplication
    self.values = values
    mean = values.mean
    deviation = values.sampleDeviation
    interval = isReplicated ? .student(values) : nil
    interquartileMean = scores.interquartileMean
    bootstrapInterval =
      isReplicated ? bootstrap.interval(of: scores, \.interquartileMean) : nil
  }
}

/// Two methods on the same seeds.
public struct PairedComparison: Codable, Hashable, Sendable {
  /// The difference of each seed, first minus second.
  public let difference: SeedSummary
  /// The probability that a seed of the first beats a seed of the second; a tie counts one half.
  public let probabilityOfImprovement: Double
  /// Its 95 % bootstrap interval, `nil` below five seeds.
  public let probabilityInterval: Interval?

  /// Compares one finite number for each seed, in the same order of seeds.
  public init(_ first: [Double], _ second: [Double], bootstrap: Bootstrap = Bootstrap()) {
    require(first.count == second.count, "Both methods ran on the same seeds.")
    let (x, y) = (Scores(first), Scores(second))
    difference = SeedSummary(x.differences(to: y).rows.map { $0[0] }, bootstrap: bootstrap)
    probabilityOfImprovement = x.probabilityOfImprovement(over: y)
    probabilityInterval =
      first.count < SeedSummary.smallestReplication
      ? nil : bootstrap.interval(of: x, and: y) { $0.probabilityOfImprovement(over: $1) }
  }

  /// Whether the first is better beyond the noise of seeds; `nil` below five seeds.
  ///
  /// So it is when the interval of the mean difference lies above 0 *and* that of the probability of
  /// improvement above one half.
  public var isClearImprovement: Bool? {
    guard let difference = difference.interval, let probability = probabilityInterval else {
      return nil
    }
    return difference.low > 0 && probability.low > 0.5
  }

  /// Whether the first is worse beyond the noise of seeds, by the same rule; `nil` below five seeds.
  public var isClearDecline: Bool? {
    guard let difference = difference.interval, let probability = probabilityInterval else {
      return nil
    }
    return difference.high < 0 && probability.high < 0.5
  }
}
