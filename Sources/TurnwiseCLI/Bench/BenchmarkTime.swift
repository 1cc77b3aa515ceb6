internal import Foundation
internal import Turnwise

/// How long something took, in seconds.
struct BenchmarkTime: Sendable {
  /// By the clock on the wall.
  var wall = 0.0
  /// On the processor, summed over threads.
  ///
  /// A busy neighbour stretches it less than the other.
  var processor = 0.0

  /// The time since a fixed moment.
  static var now: BenchmarkTime {
    BenchmarkTime(wall: seconds(CLOCK_MONOTONIC), processor: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  static func - (end: Self, start: Self) -> Self {
    BenchmarkTime(wall: end.wall - start.wall, processor: end.processor - start.processor)
  }

  /// The seconds of work that so many threads could have done in this time.
  ///
  /// One thread is taken at its processor time, since nothing waits for it but other programs.
  func capacity(threads: Int) -> Double { threads == 1 ? processor : wall * Double(threads) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// What was timed again and again.
struct BenchmarkSamples: Sendable {
  private var samples: [(tokens: Double, time: BenchmarkTime)] = []

  /// Adds what one time gave.
  mutating func append(tokens: Int, _ time: BenchmarkTime) {
    samples.append((Double(tokens), time))
  }

  /// The median of tokens a second of wall time.
  var tokensPerSecond: Double? { median { $0.tokens / $0.time.wall } }
  /// The median of tokens a second of processor time.
  var cpuTokensPerSecond: Double? { median { $0.tokens / $0.time.processor } }

  /// The median of milliseconds a step, where each sample holds so many.
  func millisecondsPerStep(_ steps: Int = 1) -> Double? {
    median { $0.time.wall * 1000 / Double(steps) }
  }

  /// The median of the share of a machine's peak that tokens of so many operations reached.
  func floorShare(flopsPerToken: Double, peak: Double, threads: Int) -> Double? {
    median { $0.tokens * flopsPerToken / (peak * $0.time.capacity(threads: threads)) }
  }

  private func median(_ value: ((tokens: Double, time: BenchmarkTime)) -> Double) -> Double? {
    samples.map(value).median
  }
}
