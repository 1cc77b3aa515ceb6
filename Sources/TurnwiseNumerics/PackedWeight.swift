/// The weight of a linear layer, laid out so that every row has the same bits, whoever shares its
/// batch.
///
/// OpenBLAS chooses its kernel, and with it the order of a sum, by the number of rows, and with the
/// kernels for Haswell and Zen even by a row's place among 16. Here each output is one sum over the
/// inputs from the first to the last, however many rows are computed together.
package struct PackedWeight: Sendable {
  /// Elements of a row before and after the layer.
  package let inputs, outputs: Int
  /// Panels of sixteen outputs: panel × input × output in the panel, the last one padded with
  /// zeros.
  private let panels: FloatBuffer

  /// Lays out `weight`, outputs × inputs.
  package init(_ weight: Floats, inputs: Int, outputs: Int) {
    (self.inputs, self.outputs) = (inputs, outputs)
    panels = FloatBuffer((outputs + lanes - 1) / lanes * lanes * inputs)
    for output in 0..<outputs {
      let panel = panels.base + output / lanes * lanes * inputs + output % lanes
      for input in 0..<inputs { panel[input * lanes] = weight[output * inputs + input] }
    }
  }

  /// Sets `y` (rows × outputs) to `x` (rows × inputs) times the weight, or adds to it.
  package func forward(
    _ y: MutableFloats, _ x: Floats, rows: Int, yStride: Int? = nil, accumulating: Bool = false
  ) {
    let yStride = yStride ?? outputs
    // Panels outside: one stays in the nearest cache while all rows pass by it.
    for first in stride(from: 0, to: outputs, by: lanes) {
      let panel = panels.base + first * inputs
      var row = 0
      while row + Self.tileRows <= rows {
        tile(
          y + row * yStride + first, x + row * inputs, panel, yStride, outputs - first, accumulating
        )
        row += Self.tileRows
      }
      while row < rows {
        single(y + row * yStride + first, x + row * inputs, panel, outputs - first, accumulating)
        row += 1
      }
    }
  }

  // Two rows of sixteen floats are eight of the sixteen registers that every x86-64 has; more would
  // spill.
  private static let tileRows = 2

  @inline(__always)
  private func tile(
    _ y: MutableFloats, _ x: Floats, _ panel: Floats, _ yStride: Int, _ n: Int, _ adds: Bool
  ) {
    var a = Vector.zero
    var b = Vector.zero
    let second = x + inputs
    for i in 0..<inputs {
      let w = load(panel, i * lanes)
      a = multiplyAdd(a, w, Vector(repeating: x[i]))
      b = multiplyAdd(b, w, Vector(repeating: second[i]))
    }
    finish(a, y, n, adds)
    finish(b, y + yStride, n, adds)
  }

  @inline(__always)
  private func single(_ y: MutableFloats, _ x: Floats, _ panel: Floats, _ n: Int, _ adds: Bool) {
    var a = Vector.zero
    for i in 0..<inputs { a = multiplyAdd(a, load(panel, i * lanes), Vector(repeating: x[i])) }
    finish(a, y, n, adds)
  }

  @inline(__always)
  private func finish(_ sum: Vector, _ y: MutableFloats, _ n: Int, _ adds: Bool) {
    store(adds ? load(y, 0, n) + sum : sum, y, 0, n)
  }
}
