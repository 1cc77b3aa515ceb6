internal import TurnwiseCore

/// The stratified percentile bootstrap: how much a statistic would vary had other seeds been drawn.
///
/// Each resample draws, for every run and task on its own, one of the runs of that task. The interval
/// goes from the 2.5th to the 97.5th percentile of the statistic over resamples, interpolated
/// linearly. The draws come from ``SplitMix64`` (run outer, task inner), so that equal scores give
/// equal intervals on every machine.
public struct Bootstrap: Hashable, Sendable {
  /// How many resamples are drawn.
  public var resamples: Int
  /// The first state of the generator.
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
    return percentiles(
      (0..<resamples).map { _ in statistic(scores.resampled(using: &random)) })
  }

  /// Returns the interval of a statistic of two sets of scores that are drawn independently.
  public func interval(
    of first: Scores, and second: Scores, _ statistic: (Scores, Scores) -> Double
  ) -> Interval {
    var random = SplitMix64(seed: seed)
    return percentiles(
      (0..<resamples).map { _ in
        let drawn = first.resampled(using: &random)
        return statistic(drawn, second.resampled(using: &random))
      })
  }

  /// Returns the interval of a statistic when other tasks, too, might have been drawn.
  ///
  /// Each resample draws a table of runs as ``interval(of:_:)`` does, and then as many tasks as there
  /// are, with replacement: a wider question than how the same tasks would come out again. A task that
  /// is drawn twice has other runs each time.
  public func taskInterval(of scores: Scores, _ statistic: (Scores) -> Double) -> Interval {
    var random = SplitMix64(seed: seed)
    func index(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
    return percentiles(
      (0..<resamples).map { _ in
        let runs = scores.rows.map { $0.map { _ in index(scores.runs) } }
        let tasks = (0..<scores.tasks).map { _ in index(scores.tasks) }
        return statistic(
          Scores(unchecked: runs.map { row in zip(row, tasks).map { scores.rows[$0][$1] } }))
      })
  }

  /// Returns a statistic of resamples of whole clusters, such as groups of episodes that share a
  /// baseline: what depends on each other is drawn together.
  ///
  /// The draws depend on the number of clusters alone. So statistics of several methods that are
  /// computed from one call are paired: the interval of their difference is that of the differences.
  ///
  /// - Parameters:
  ///   - clusters: How many clusters there are.
  ///   - statistic: Returns the statistic of the drawn clusters, of which some occur several times.
  /// - Returns: One statistic for each resample.
  public func statistics<Statistic>(
    ofClusters clusters: Int, _ statistic: ([Int]) throws -> Statistic
  ) rethrows -> [Statistic] {
    require(clusters > 0, "There is at least one cluster.")
    var random = SplitMix64(seed: seed)
    return try (0..<resamples).map { _ in
      try statistic((0..<clusters).map { _ in Int(random.next() % UInt64(clusters)) })
    }
  }

  private func percentiles(_ statistics: [Double]) -> Interval {
    Interval(percentilesOf: statistics)
  }

  /// Returns a percentile of sorted values, interpolated linearly between neighbours.
  public static func percentile(_ percent: Double, of sorted: [Double]) -> Double {
    require(!sorted.isEmpty, "No values have no percentile.")
    let position = Double(sorted.count - 1) * percent / 100
    let index = min(Int(position), sorted.count - 1)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (position - Double(index)) * (sorted[next] - sorted[index])
  }
}

extension Interval {
  /// Goes from the 2.5th to the 97.5th percentile of the statistics of resamples.
  public init(percentilesOf statistics: [Double]) {
    let sorted = statistics.sorted()
    self.init(
      low: Bootstrap.percentile(2.5, of: sorted), high: Bootstrap.percentile(97.5, of: sorted))
  }
}

extension Scores {
  /// Returns scores of as many runs, drawn with replacement for each run and task.
  public func resampled(using random: inout SplitMix64) -> Scores {
    Scores(
      unchecked: rows.map { row in
        row.indices.map { task in rows[Int(random.next() % UInt64(runs))][task] }
      })
  }
}

/// The generator of reference fixtures: one 64-bit state (Steele, Lea and Flood 2014).
///
/// It serves reports alone. Episodes draw from `Randomness`, whose streams can be split.
public struct SplitMix64: RandomNumberGenerator, Hashable, Sendable {
  private var state: UInt64

  /// Creates a generator with its first state.
  public init(seed: UInt64) { state = seed }

  /// Draws the next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
