package import TurnwiseKernels

/// The weight of a linear layer, laid out in panels for the product y = x Wᵀ.
///
/// Each row of the result has the same bits, whatever other rows are computed with it: each output is one
/// sum over the inputs from first to last. (OpenBLAS chooses its kernel, and with it the order of the sum,
/// by the number of rows.)
package struct PackedWeight: Sendable {
  /// The size of a layer.
  package struct Shape: Sendable {
    /// The number of elements of a row before and after the layer.
    package let inputs, outputs: Int

    /// Creates a size.
    package init(inputs: Int, outputs: Int) { (self.inputs, self.outputs) = (inputs, outputs) }

    /// The number of floats of the weight in panels.
    package var count: Int {
      let width = kernels.panelWidth
      return (outputs + width - 1) / width * width * inputs
    }
  }

  private let shape: Shape
  private let memory: Loan
  private let place: Int

  /// Lays out `weight` (outputs × inputs) in a part of `memory` that starts at `place`.
  package init(_ weight: Floats, _ shape: Shape, in memory: Loan, at place: Int = 0) {
    (self.shape, self.memory, self.place) = (shape, memory, place)
    kernels.packTransposed(
      memory.base + place, weight, stride: shape.inputs, columns: shape.outputs,
      depth: shape.inputs, panelDepth: shape.inputs)
  }

  /// Sets `y` (rows × outputs) to `x` (rows × inputs) times the weight, or adds to it.
  package func forward(
    _ y: MutableFloats, _ x: Floats, rows: Int, yStride: Int? = nil, accumulating: Bool = false
  ) {
    kernels.product(
      PanelProduct(
        c: y, cStride: yStride ?? shape.outputs, a: x, aStride: shape.inputs,
        panels: memory.base + place, panelDepth: shape.inputs, rows: rows, columns: shape.outputs,
        depth: shape.inputs, isAccumulating: accumulating))
  }
}

/// The backward pass of a linear layer without bias, whose weight is outputs × inputs.
package enum LinearGradient {
  /// Sets the weight's gradient or adds to it, and sets the input's gradient `dx` (rows × inputs).
  ///
  /// `scratch` is memory for ``MatrixProduct/scratchCount`` floats.
  package static func backward(
    dx: MutableFloats, dWeight: MutableFloats, dy: Floats, x: Floats, weight: Floats, rows: Int,
    inputs: Int, outputs: Int, yStride: Int? = nil, accumulating: Bool, scratch: MutableFloats
  ) {
    let yStride = yStride ?? outputs
    MatrixProduct(
      c: dWeight, cStride: inputs, a: dy, aStride: yStride, aTransposed: true, b: x,
      bStride: inputs, rows: outputs, columns: inputs, depth: rows, isAccumulating: accumulating
    ).compute(scratch: scratch)
    MatrixProduct(
      c: dx, cStride: inputs, a: dy, aStride: yStride, b: weight, bStride: inputs, rows: rows,
      columns: inputs, depth: outputs
    ).compute(scratch: scratch)
  }
}
