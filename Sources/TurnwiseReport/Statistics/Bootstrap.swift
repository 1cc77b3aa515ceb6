internal import TurnwiseCore

/// The stratified percentile bootstrap: how much a statistic would vary if other seeds had been drawn.
///
/// Each resample draws, for every run and task independently, one of the runs of that task. The interval
/// goes from the 2.5th to the 97.5th percentile of the statistic over the resamples, with linear
/// interpolation. The draws come from the generator SplitMix64 (runs in the outer loop, tasks in the inner
/// one), so equal scores give equal intervals on every machine.
public struct Bootstrap: Hashable, Sendable {
  /// The number of resamples.
  public var resamples: Int
  /// The seed of the generator.
  public var seed: UInt64

  /// Creates a bootstrap.
  public init(resamples: Int = 10_000, seed: UInt64 = 42) {
    require(resamples > 0, "A bootstrap needs at least one resample, not \(resamples).")
    self.resamples = resamples
    self.seed = seed
  }

  /// Returns the interval of a statistic.
  ///
  /// - Complexity: O(*resamples*) resamples and evaluations of the statistic.
  public func interval(of scores: Scores, _ statistic: (Scores) -> Double) -> Interval {
    var random = SplitMix64(seed: seed)
    return Interval(
      percentilesOf: (0..<resamples).map { _ in statistic(scores.resampled(using: &random)) })
  }

  /// Returns the interval of a statistic of two sets of scores that are resampled independently.
  public func interval(
    of first: Scores, and second: Scores, _ statistic: (Scores, Scores) -> Double
  ) -> Interval {
    var random = SplitMix64(seed: seed)
    return Interval(
      percentilesOf: (0..<resamples).map { _ in
        let drawn = first.resampled(using: &random)
        return statistic(drawn, second.resampled(using: &random))
      })
  }

  /// Returns a statistic of resamples of whole clusters, such as groups of episodes that share a baseline.
  ///
  /// Values that depend on each other are drawn together. The draws depend only on the number of clusters.
  /// So statistics of several methods that are computed in one call are paired: the interval of their
  /// difference is the interval of the differences.
  ///
  /// - Parameters:
  ///   - clusters: The number of clusters.
  ///   - statistic: Returns the statistic of the clusters that were drawn; some occur several times.
  /// - Returns: One statistic for each resample.
  public func statistics<Statistic>(
    ofClusters clusters: Int, _ statistic: ([Int]) throws -> Statistic
  ) rethrows -> [Statistic] {
    require(clusters > 0, "A bootstrap needs at least one cluster, not \(clusters).")
    var random = SplitMix64(seed: seed)
    return try (0..<resamples).map { _ in
      try statistic((0..<clusters).map { _ in Int(random.next() % UInt64(clusters)) })
    }
  }

  /// Returns a percentile of sorted values, with linear interpolation between neighbours.
  public static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
    require(!sorted.isEmpty, "A percentile needs at least one value.")
    let position = Double(sorted.count - 1) * percent / 100
    let index = min(Int(position), sorted.count - 1)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (position - Double(index)) * (sorted[next] - sorted[index])
  }
}

extension Interval {
  /// Creates the interval from the 2.5th to the 97.5th percentile of the statistics of resamples.
  public init(percentilesOf statistics: [Double]) {
    let sorted = statistics.sorted()
    self.init(
      low: Bootstrap.percentile(2.5, of: sorted), high: Bootstrap.percentile(97.5, of: sorted))
  }
}

extension Scores {
  /// Returns scores of as many runs, where each task of each run is drawn with replacement.
  package func resampled(using random: inout some RandomNumberGenerator) -> Scores {
    Scores(
      unchecked: rows.map { row in
        row.indices.map { task in rows[Int(random.next() % UInt64(runs))][task] }
      })
  }
}
