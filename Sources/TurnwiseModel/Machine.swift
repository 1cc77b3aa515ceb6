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
}
