package import TurnwiseKernels

/// The weight of a linear layer, laid out for products: y = x Wᵀ.
///
/// Every row has the same bits, whoever shares its batch. OpenBLAS chooses its kernel, and with it the
/// order of a sum, by the number of rows; here each output is one sum over the inputs from the first to
/// the last, however many rows are computed together.
package struct PackedWeight: Sendable {
  /// Elements of a row before and after the layer.
  package let inputs, outputs: Int
  private let panels: FloatBuffer

  /// Lays out `weight`, outputs × inputs.
  package init(_ weight: Floats, inputs: Int, outputs: Int) {
    (self.inputs, self.outputs) = (inputs, outputs)
    let width = kernels.panelWidth
    panels = FloatBuffer(uninitialized: (outputs + width - 1) / width * width * inputs)
    kernels.packTransposed(
      panels.base, weight, stride: inputs, columns: outputs, depth: inputs, panelDepth: inputs)
  }

  /// Sets `y` (rows × outputs) to `x` (rows × inputs) times the weight, or adds to it.
  package func forward(
    _ y: MutableFloats, _ x: Floats, rows: Int, yStride: Int? = nil, accumulating: Bool = false
  ) {
    kernels.product(
      PanelProduct(
        c: y, cStride: yStride ?? outputs, a: x, aStride: inputs, panels: panels.base,
        panelDepth: inputs, rows: rows, columns: outputs, depth: inputs,
        isAccumulating: accumulating))
  }
}

/// The way back through a linear layer without bias, whose weight is outputs × inputs.
///
/// Through OpenBLAS: there mostly are many rows, for which it is the faster part.
package enum LinearGradient {
  /// Adds to the weight's gradient, and sets the input's gradient `dx` (rows × inputs).
  package static func backward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats, rows: Int,
    inputs: Int, outputs: Int, yStride: Int? = nil
  ) {
    let yStride = yStride ?? outputs
    MatrixProduct.multiply(
      dWeight, dy, x, m: outputs, n: inputs, k: rows, cStride: inputs, aStride: yStride,
      bStride: inputs, aTransposed: true, accumulating: true)
    MatrixProduct.multiply(
      dx, dy, weight, m: rows, n: inputs, k: outputs, cStride: inputs, aStride: yStride,
      bStride: inputs)
  }
}
