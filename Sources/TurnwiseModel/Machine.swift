internal import Foundation
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// What the numbers of a run depend on beside its seed and options.
public enum Machine {
  /// What Turnwise's own loops were compiled for, such as `x86-64, 512 bits`.
  public static var kernels: String { KernelLevel.name }
  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { KernelLevel.openBLASCore }
  /// Why the loops that the environment variable `TURNWISE_KERNELS` asks for cannot be had, or nil.
  ///
  /// A program that goes on in spite of it ends with these words when it first computes.
  public static var refusal: String? {
    guard case .failure(let error) = KernelLevel.chosen else { return nil }
    return error.description
  }

  /// Measures the additions and multiplications of single precision that one core does in a second of
  /// its own time, in 10⁹: fused ones within the registers, the best of twenty tries.
  public static func measurePeakGigaflops() -> Double {
    let rounds = 100_000
    var (best, sink) = (0.0, Float(0))
    for _ in 0..<20 {
      let start = processorSeconds
      sink += TurnwiseNumerics.kernels.multiplyAdds(rounds: rounds)
      // A round is 32 vectors of 16 elements, each multiplied and added to.
      best = max(best, Double(rounds * 32 * 16 * 2) / (processorSeconds - start) / 1e9)
    }
    precondition(sink.isFinite, "The loop keeps its numbers small.")
    return best
  }

  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
