package import TurnwiseKernels

extension MatrixProduct {
  /// Computes the product.
  ///
  /// - Parameter scratch: Memory for ``scratchCount`` floats.
  package func compute(scratch: MutableFloats) {
    // OpenBLAS chooses its instructions itself, whatever our level is, so it is much faster at the lowest
    // level. At the other levels the two are within a tenth of each other on processors that OpenBLAS
    // knows; on newer ones it falls back to SSE3 and takes eight times as long.
    if KernelLevel.current == .baseline {
      OpenBLAS.product(self)
    } else {
      kernels.product(self, scratch: scratch)
    }
  }
}
