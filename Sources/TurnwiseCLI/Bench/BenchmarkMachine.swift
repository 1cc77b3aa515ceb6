internal import Foundation
internal import Turnwise

/// The properties of the machine and its libraries that the figures of a benchmark depend on.
struct BenchmarkMachine: Codable, Equatable, Sendable {
  /// The number of processors that the system offers.
  var cores: Int
  /// The level of the kernels that Turnwise's own loops use.
  var kernelLevel: String
  /// The processor that OpenBLAS chose its kernels for.
  var openBLASCore: String
  /// The peak of one core: additions and multiplications of single precision per second, in 10⁹.
  ///
  /// It is reached by a loop of fused ones within the registers. Shares of the floor refer to it.
  var peakGigaflops: Double

  /// Measures the machine.
  init() {
    cores = ProcessInfo.processInfo.activeProcessorCount
    kernelLevel = Machine.kernels
    openBLASCore = Machine.openBLASCore
    peakGigaflops = (0..<20).reduce(0) { best, _ in
      let start = BenchmarkTime.now
      let operations = Machine.multiplyAdds(rounds: 100_000)
      // Processor time would count OpenBLAS's threads too, which spin for a while after the start.
      return max(best, operations / (BenchmarkTime.now - start).wall / 1e9)
    }
  }

  /// Warnings that are shown before the figures.
  static var warnings: [String] {
    guard let core = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] else { return [] }
    return [
      "OPENBLAS_CORETYPE=\(core) holds OpenBLAS to that processor's kernels; unset it before timing"
    ]
  }

  /// The most memory that the process has used so far, in MiB.
  static var peakMemoryMB: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
