internal import COpenBLAS

/// Which kernels a run computes with: equal seeds give equal bits only at equal levels.
public enum KernelLevel {
  /// The processor family and the vector registers that Turnwise's own loops were compiled for,
  /// such as `x86-64, 512 bits`.
  public static var name: String {
    #if arch(arm64)
      "arm64, \(registerBits) bits"
    #else
      "x86-64, \(registerBits) bits"
    #endif
  }

  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { MatrixProduct.coreName }

  private static var registerBits: Int { Int(turnwise_register_bits) }
}
