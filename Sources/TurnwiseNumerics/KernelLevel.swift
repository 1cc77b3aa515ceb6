/// Which kernels a run computes with: equal seeds give equal bits only at equal levels.
public enum KernelLevel {
  /// The instructions that Turnwise's own loops were compiled for.
  ///
  /// To compile them for the machine at hand, add
  /// `-Xswiftc -Xcc -Xswiftc -march=native -Xswiftc -DTURNWISE_FMA`.
  public static var name: String {
    #if arch(arm64)
      "arm64"
    #elseif TURNWISE_FMA
      "x86-64 with fused multiply-add"
    #else
      "x86-64"
    #endif
  }

  /// The processor that OpenBLAS chose its kernels for, such as `SkylakeX`.
  public static var openBLASCore: String { MatrixProduct.coreName }
}
