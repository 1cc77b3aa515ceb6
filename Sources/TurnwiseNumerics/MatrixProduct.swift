internal import COpenBLAS
package import TurnwiseKernels

/// Products of row-major matrices through OpenBLAS.
package enum MatrixProduct {
  // OpenBLAS's own threads wait for each other badly on a shared machine and on small blocks;
  // Turnwise works on several sequences at once instead.
  private static let holdToOneThread: Void = openblas_set_num_threads(1)

  /// The processor core that OpenBLAS chose its kernels for, such as `SkylakeX`.
  package static var coreName: String { String(cString: openblas_get_corename()) }

  /// Sets `c` to `scale` a b, or adds to it.
  ///
  /// `a` is m × k (k × m in memory if transposed), `b` is k × n (n × k in memory if transposed),
  /// `c` is m × n. A stride is the distance between the rows in memory.
  @inline(__always)
  package static func multiply(
    _ c: MutableFloats, _ a: Floats, _ b: Floats, m: Int, n: Int, k: Int, cStride: Int,
    aStride: Int, bStride: Int, aTransposed: Bool = false, bTransposed: Bool = false,
    scale: Float = 1, accumulating: Bool = false
  ) {
    guard m > 0, n > 0 else { return }
    holdToOneThread
    cblas_sgemm(
      CblasRowMajor, aTransposed ? CblasTrans : CblasNoTrans,
      bTransposed ? CblasTrans : CblasNoTrans, Int32(m), Int32(n), Int32(k), scale, a,
      Int32(aStride), b, Int32(bStride), accumulating ? 1 : 0, c, Int32(cStride))
  }
}
