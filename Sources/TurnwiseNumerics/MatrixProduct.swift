package import TurnwiseKernels

extension MatrixProduct {
  /// Computes the product.
  ///
  /// - Parameter scratch: Room for ``scratchCount`` floats.
  package func compute(scratch: MutableFloats) {
    // OpenBLAS chooses its own registers, however plain our level: at the plainest it wins by far.
    // At the others it is no faster, and much slower on processors that came after it.
    if KernelLevel.current == .baseline {
      OpenBLAS.product(self)
    } else {
      kernels.product(self, scratch: scratch)
    }
  }
}
