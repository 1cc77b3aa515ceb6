internal import TurnwiseCore

/// A summary of one number for each training seed.
///
/// Seeds are the unit of replication: average the episodes of a seed first. Intervals need at least
/// ``smallestReplication`` seeds. With fewer seeds there are only the values, because an interval
/// would claim more than they can show.
public struct SeedSummary: Codable, Hashable, Sendable {
  /// The number of seeds that intervals need.
  public static let smallestReplication = 5

  /// The value of each seed.
  public let values: [Double]
  /// The arithmetic mean.
  public let mean: Double
  /// The standard deviation of the sample; `nil` for one seed.
  public let deviation: Double?
  /// Student's 95 % interval of the mean; `nil` below five seeds.
  public let interval: Interval?
  /// The mean of the middle half (IQM).
  public let interquartileMean: Double
  /// The 95 % bootstrap interval of the ``interquartileMean``; `nil` below five seeds.
  public let bootstrapInterval: Interval?

  /// Summarises one finite number for each of at least one seed.
  public init(_ values: [Double], bootstrap: Bootstrap = Bootstrap()) {
    let scores = Scores(values)
    let isReplicated = values.count >= Self.smallestReplication
    self.values = values
    mean = values.mean
    deviation = values.variance(ddof: 1)?.squareRoot()
    interval = isReplicated ? .student(values) : nil
    interquartileMean = scores.interquartileMean
    bootstrapInterval =
      isReplicated ? bootstrap.interval(of: scores, \.interquartileMean) : nil
  }
}
