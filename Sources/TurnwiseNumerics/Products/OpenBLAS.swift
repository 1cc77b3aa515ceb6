internal import COpenBLAS
internal import TurnwiseKernels

/// Matrix products by OpenBLAS.
enum OpenBLAS {
  // OpenBLAS's own threads waste time waiting for each other on a shared machine and on small blocks.
  // Turnwise works on several sequences at the same time instead.
  private static let useOneThread: Void = openblas_set_num_threads(1)

  /// The processor core that OpenBLAS chose its kernels for, such as `SkylakeX`.
  static var coreName: String { String(cString: openblas_get_corename()) }

  /// Computes a product.
  static func product(_ x: MatrixProduct) {
    guard x.rows > 0, x.columns > 0 else { return }
    useOneThread
    cblas_sgemm(
      CblasRowMajor, x.aTransposed ? CblasTrans : CblasNoTrans,
      x.bTransposed ? CblasTrans : CblasNoTrans, Int32(x.rows), Int32(x.columns), Int32(x.depth),
      1, x.a, Int32(x.aStride), x.b, Int32(x.bStride), x.isAccumulating ? 1 : 0, x.c,
      Int32(x.cStride))
  }
}
