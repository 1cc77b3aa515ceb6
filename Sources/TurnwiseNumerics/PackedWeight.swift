internal import COpenBLAS

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
      let tile = Tile(
        panel: panels.base + first * inputs, inputs: inputs, y: y + first, yStride: yStride,
        outputs: outputs - first, isAccumulating: accumulating)
      var row = 0
      while row < rows {
        let x = x + row * inputs
        if Tile.tallest >= 8, row + 8 <= rows {
          tile.eight(x, row)
          row += 8
        } else if Tile.tallest >= 4, row + 4 <= rows {
          tile.four(x, row)
          row += 4
        } else if row + 2 <= rows {
          tile.two(x, row)
          row += 2
        } else {
          tile.one(x, row)
          row += 1
        }
      }
    }
  }
}

/// Some rows times one panel of a weight.
///
/// Rows are computed together only to keep the processor busy; each has the sum it would have
/// alone.
private struct Tile {
  let panel: Floats
  let inputs: Int
  let y: MutableFloats
  let yStride: Int
  let outputs: Int
  let isAccumulating: Bool

  /// The rows whose sums, of sixteen floats each, fit the registers with room for the operands.
  static var tallest: Int {
    let floats = Int(turnwise_register_bits) / 32 * Int(turnwise_register_count)
    return floats >= 512 ? 8 : floats >= 128 ? 4 : 2
  }

  @inline(__always)
  func one(_ x: Floats, _ row: Int) {
    var a = Vector.zero
    for i in 0..<inputs { a = multiplyAdd(a, load(panel, i * lanes), Vector(repeating: x[i])) }
    finish(a, row)
  }

  @inline(__always)
  func two(_ x: Floats, _ row: Int) {
    var (a, b) = (Vector.zero, Vector.zero)
    let x1 = x + inputs
    for i in 0..<inputs {
      let w = load(panel, i * lanes)
      a = multiplyAdd(a, w, Vector(repeating: x[i]))
      b = multiplyAdd(b, w, Vector(repeating: x1[i]))
    }
    finish(a, row)
    finish(b, row + 1)
  }

  @inline(__always)
  func four(_ x: Floats, _ row: Int) {
    var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let (x1, x2, x3) = (x + inputs, x + 2 * inputs, x + 3 * inputs)
    for i in 0..<inputs {
      let w = load(panel, i * lanes)
      a = multiplyAdd(a, w, Vector(repeating: x[i]))
      b = multiplyAdd(b, w, Vector(repeating: x1[i]))
      c = multiplyAdd(c, w, Vector(repeating: x2[i]))
      d = multiplyAdd(d, w, Vector(repeating: x3[i]))
    }
    finish(a, row)
    finish(b, row + 1)
    finish(c, row + 2)
    finish(d, row + 3)
  }

  @inline(__always)
  func eight(_ x: Floats, _ row: Int) {
    var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var (e, f, g, h) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    let (x1, x2, x3) = (x + inputs, x + 2 * inputs, x + 3 * inputs)
    let (x4, x5, x6) = (x + 4 * inputs, x + 5 * inputs, x + 6 * inputs)
    let x7 = x + 7 * inputs
    for i in 0..<inputs {
      let w = load(panel, i * lanes)
      a = multiplyAdd(a, w, Vector(repeating: x[i]))
      b = multiplyAdd(b, w, Vector(repeating: x1[i]))
      c = multiplyAdd(c, w, Vector(repeating: x2[i]))
      d = multiplyAdd(d, w, Vector(repeating: x3[i]))
      e = multiplyAdd(e, w, Vector(repeating: x4[i]))
      f = multiplyAdd(f, w, Vector(repeating: x5[i]))
      g = multiplyAdd(g, w, Vector(repeating: x6[i]))
      h = multiplyAdd(h, w, Vector(repeating: x7[i]))
    }
    finish(a, row)
    finish(b, row + 1)
    finish(c, row + 2)
    finish(d, row + 3)
    finish(e, row + 4)
    finish(f, row + 5)
    finish(g, row + 6)
    finish(h, row + 7)
  }

  @inline(__always)
  private func finish(_ sum: Vector, _ row: Int) {
    let y = y + row * yStride
    store(isAccumulating ? load(y, 0, outputs) + sum : sum, y, 0, outputs)
  }
}
