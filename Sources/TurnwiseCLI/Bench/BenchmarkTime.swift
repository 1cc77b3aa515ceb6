internal import Foundation
internal import Turnwise

/// A duration, in seconds.
struct BenchmarkTime: Sendable {
  /// The wall-clock time.
  var wall = 0.0
  /// The processor time, summed over threads.
  ///
  /// Other programs on the machine stretch it less than the wall-clock time.
  var processor = 0.0

  /// The time since a fixed moment.
  static var now: BenchmarkTime {
    BenchmarkTime(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func - (end: Self, start: Self) -> Self {
    BenchmarkTime(wall: end.wall - start.wall, processor: end.processor - start.processor)
  }

  /// Returns the processor time that a number of threads could have used in this time.
  ///
  /// For one thread this is its processor time, because only other programs make it wait.
  func capacity(threads: Int) -> Double { threads == 1 ? processor : wall * Double(threads) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The samples of work that was timed several times.
struct BenchmarkSamples: Sendable {
  private var samples: [(tokens: Double, time: BenchmarkTime)] = []

  /// Adds a sample.
  mutating func append(tokens: Int, _ time: BenchmarkTime) {
    samples.append((Double(tokens), time))
  }

  /// The median of tokens per second of wall time.
  var tokensPerSecond: Double? { median { $0.tokens / $0.time.wall } }
  /// The median of tokens per second of processor time.
  var cpuTokensPerSecond: Double? { median { $0.tokens / $0.time.processor } }

  /// Returns the median of milliseconds per step, for samples of several steps.
  func millisecondsPerStep(_ steps: Int = 1) -> Double? {
    median { $0.time.wall * 1000 / Double(steps) }
  }

  /// Returns the median share of the machine's peak, for tokens that take this many operations.
  func floorShare(flopsPerToken: Double, peak: Double, threads: Int) -> Double? {
    median { $0.tokens * flopsPerToken / (peak * $0.time.capacity(threads: threads)) }
  }

  private func median(_ value: ((tokens: Double, time: BenchmarkTime)) -> Double) -> Double? {
    samples.map(value).median
  }
}
