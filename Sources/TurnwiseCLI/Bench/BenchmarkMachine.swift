internal import Foundation
internal import Turnwise

/// The properties of the machine on which the results of a benchmark depend.
struct BenchmarkMachine: Codable, Equatable, Sendable {
  /// The number of processors.
  var cores: Int
  /// The level of Turnwise's own kernels.
  var kernelLevel: String
  /// The processor for which OpenBLAS has chosen its kernels.
  var openBLASCore: String
  /// The peak speed of one core in 10⁹ single-precision additions and multiplications per second, measured
  /// by a loop of fused operations on registers.
  ///
  /// Floor shares are relative to it.
  var peakGigaflops: Double

  /// Measures the machine.
  init() {
    cores = ProcessInfo.processInfo.activeProcessorCount
    kernelLevel = Machine.kernels
    openBLASCore = Machine.openBLASCore
    peakGigaflops = (0..<20).reduce(0) { best, _ in
      let start = BenchmarkTime.now
      let operations = Machine.multiplyAdds(rounds: 100_000)
      // Wall time, because processor time would include OpenBLAS's threads, which spin after the start.
      return max(best, operations / (BenchmarkTime.now - start).wall / 1e9)
    }
  }

  /// Warnings about settings that distort the results.
  static var warnings: [String] {
    guard let core = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] else { return [] }
    return [
      "OPENBLAS_CORETYPE=\(core) holds OpenBLAS to that processor's kernels; unset it before timing"
    ]
  }

  /// The peak memory of the process so far, in MiB.
  static var peakMemoryMB: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
