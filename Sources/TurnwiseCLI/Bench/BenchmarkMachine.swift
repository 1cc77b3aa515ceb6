internal import Foundation
internal import Turnwise

/// What the figures of a benchmark depend on beside the program.
struct BenchmarkMachine: Codable, Equatable, Sendable {
  /// Processors that the system offers.
  var cores: Int
  /// What Turnwise's own loops run on.
  var kernelLevel: String
  /// The processor that OpenBLAS chose its kernels for.
  var openBLASCore: String
  /// Additions and multiplications of single precision a second on one core, in 10⁹, as a loop of
  /// fused ones within the registers reaches them: what the shares of the floor refer to.
  var peakGigaflops: Double

  /// Looks at the machine.
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

  /// What to say before figures are believed.
  static var warnings: [String] {
    guard let core = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] else { return [] }
    return [
      "OPENBLAS_CORETYPE=\(core) holds OpenBLAS to that processor's kernels; unset it before timing"
    ]
  }

  /// The most memory that the process has held so far, in MiB.
  static var peakMemoryMB: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
