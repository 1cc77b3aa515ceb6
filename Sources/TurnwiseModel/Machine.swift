internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// What the numbers of a run depend on beside its seed and options.
public enum Machine {
  /// The registers that Turnwise's own loops use, such as `x86-64, 512 bits`.
  public static var kernels: String { KernelLevel.name }
  /// The levels that this processor can run its own loops at, from the plainest to the best.
  public static var kernelLevels: [String] { KernelLevel.available.map(\.rawValue) }
  /// The environment variable that names a level.
  public static var kernelVariable: String { KernelLevel.variable }
  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { KernelLevel.openBLASCore }
  /// Why the loops that the environment variable `TURNWISE_KERNELS` asks for cannot be had, or nil.
  ///
  /// A program that goes on in spite of it ends with these words when it first computes.
  public static var refusal: String? {
    guard case .failure(let error) = KernelLevel.chosen else { return nil }
    return error.description
  }

  /// Multiplies and adds numbers of single precision, fused and within the registers alone: nothing
  /// that a model does can be faster.
  ///
  /// - Parameter rounds: How long to go on.
  /// - Returns: The number of additions and multiplications.
  public static func multiplyAdds(rounds: Int) -> Double {
    let sum = TurnwiseNumerics.kernels.multiplyAdds(rounds: rounds)
    require(sum.isFinite, "The loop keeps its numbers small.")
    // A round is 32 vectors of 16 elements, each multiplied and added to.
    return Double(rounds * 32 * 16 * 2)
  }
}
