internal import Foundation

/// Measures wall-clock and processor seconds by stage.
struct Stopwatch {
  /// The seconds, by `seconds/STAGE` and `cpu_seconds/STAGE`.
  private(set) var laps: [String: Double] = [:]
  private var start = ContinuousClock.now
  private var spent = Self.processorSeconds

  /// Ends a stage.
  mutating func lap(_ stage: String) {
    let now = ContinuousClock.now
    let processor = Self.processorSeconds
    laps["seconds/\(stage)"] = (now - start) / .seconds(1)
    laps["cpu_seconds/\(stage)"] = processor - spent
    (start, spent) = (now, processor)
  }

  /// The processor seconds so far, of this process and of the children that it has waited for.
  private static var processorSeconds: Double {
    [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { total, who in
      var usage = rusage()
      getrusage(__rusage_who_t(who.rawValue), &usage)
      let times = [usage.ru_utime, usage.ru_stime]
      return times.reduce(total) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
  }
}
