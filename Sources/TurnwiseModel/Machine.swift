internal import TurnwiseNumerics

/// What the numbers of a run depend on beside its seed and options.
public enum Machine {
  /// What Turnwise's own loops were compiled for, such as `x86-64, 512 bits`.
  public static var kernels: String { KernelLevel.name }
  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { KernelLevel.openBLASCore }
}
