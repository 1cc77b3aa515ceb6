package import TurnwiseKernels

extension MatrixProduct {
  /// Computes the product.
  ///
  /// - Parameter scratch: Room for ``scratchCount`` floats.
  package func compute(scratch: MutableFloats) {
    // OpenBLAS chooses its own registers, however plain our level: at the plainest it wins by far.
    // At the others both are within a tenth of each other, where it knows the processor; on one that
    // came after it, it falls back to SSE3 and takes eight times as long.
    if KernelLevel.current == .baseline {
      OpenBLAS.product(self)
    } else {
      kernels.product(self, scratch: scratch)
    }
  }
}
