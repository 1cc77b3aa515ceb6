internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The machine's properties on which the numbers of a run depend, beside its seed and options.
public enum Machine {
  /// The processor family and the width of the registers that Turnwise's loops use, such as
  /// `x86-64, 512 bits`.
  public static var kernels: String { KernelLevel.name }
  /// The kernel levels that this processor supports, from the lowest to the best.
  public static var kernelLevels: [String] { KernelLevel.available.map(\.rawValue) }
  /// The name of the environment variable that selects a level.
  public static var kernelVariable: String { KernelLevel.variable }
  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { KernelLevel.openBLASCore }
  /// Why the level that the environment variable `TURNWISE_KERNELS` names cannot be used; `nil` if it can.
  ///
  /// A program that ignores it ends with this message when it first computes.
  public static var refusal: String? {
    guard case .failure(let error) = KernelLevel.chosen else { return nil }
    return error.description
  }

  /// Multiplies and adds single-precision numbers within registers: no computation of a model can be
  /// faster.
  ///
  /// - Parameter rounds: The number of rounds.
  /// - Returns: The number of additions and multiplications.
  public static func multiplyAdds(rounds: Int) -> Double {
    let sum = TurnwiseNumerics.kernels.multiplyAdds(rounds: rounds)
    require(sum.isFinite, "The sum of the benchmark must be finite, but is \(sum).")
    // A round multiplies and adds 32 vectors of 16 elements.
    return Double(rounds * 32 * 16 * 2)
  }
}
