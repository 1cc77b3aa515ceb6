internal import COpenBLAS

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

/// A linear layer without bias: y = x Wᵀ, with `weight` outputs × inputs as checkpoints hold it.
package enum Linear {
  /// Sets `y` (rows × outputs) to `x` (rows × inputs) times the weight, or adds to it.
  package static func forward(
    _ y: MutableFloats, _ x: Floats, weight: Floats, rows: Int, inputs: Int, outputs: Int,
    xStride: Int? = nil, yStride: Int? = nil, accumulating: Bool = false
  ) {
    MatrixProduct.multiply(
      y, x, weight, m: rows, n: outputs, k: inputs, cStride: yStride ?? outputs,
      aStride: xStride ?? inputs, bStride: inputs, bTransposed: true, accumulating: accumulating)
  }

  /// Adds to the weight's gradient, and sets the input's gradient `dx` or adds to it.
  package static func backward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats, rows: Int,
    inputs: Int, outputs: Int, xStride: Int? = nil, yStride: Int? = nil, accumulating: Bool = false
  ) {
    let xStride = xStride ?? inputs
    let yStride = yStride ?? outputs
    MatrixProduct.multiply(
      dWeight, dy, x, m: outputs, n: inputs, k: rows, cStride: inputs, aStride: yStride,
      bStride: xStride, aTransposed: true, accumulating: true)
    MatrixProduct.multiply(
      dx, dy, weight, m: rows, n: inputs, k: outputs, cStride: xStride, aStride: yStride,
      bStride: inputs, accumulating: accumulating)
  }
}
