package import TurnwiseKernels

extension CompiledKernels {
  package static func packColumns(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int
  ) {
    // Some rows at a time: they are read from end to end.
    var i = 0
    while i < depth {
      let rows = smaller(8, depth - i)
      var column = 0
      while column < columns {
        let count = columns - column
        var source = b + i * stride + column
        var panel = panels + column * panelDepth + i * panelWidth
        for _ in 0..<rows {
          copyPanelRow(panel, source, columns: count)
          source += stride
          panel += panelWidth
        }
        column += panelWidth
      }
      i += rows
    }
  }

  package static func packTransposed(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int
  ) {
    // Sixteen columns at a time: each gives a vector of sixteen rows, and the block is turned.
    var column = 0
    while column < columns {
      let count = smaller(lanes, columns - column)
      let panel = panels + column / panelWidth * panelWidth * panelDepth + column % panelWidth
      let source = b + column * stride
      var i = 0
      while i < depth {
        let rows = smaller(lanes, depth - i)
        if count == lanes, rows == lanes {
          transpose(panel + i * panelWidth, panelWidth, source + i, stride)
        } else {
          for j in 0..<lanes {
            for r in 0..<rows {
              panel[(i + r) * panelWidth + j] = j < count ? source[j * stride + i + r] : 0
            }
          }
        }
        i += lanes
      }
      column += lanes
    }
    guard columns % panelWidth != 0, columns % panelWidth <= panelWidth - lanes else { return }
    // The rest of the last panel, where it is wider than a vector.
    let panel = panels + columns / panelWidth * panelWidth * panelDepth + panelWidth - lanes
    for i in 0..<depth { store(.zero, panel, i * panelWidth) }
  }

  /// Turns a block of 16 × 16 floats.
  @inline(__always)
  private static func transpose(
    _ y: MutableFloats, _ yStride: Int, _ x: Floats, _ xStride: Int
  ) {
    for half in 0..<2 {
      let x = x + 8 * half * xStride
      let y = y + 8 * half
      for i in 0..<lanes {
        for j in 0..<8 { y[i * yStride + j] = x[j * xStride + i] }
      }
    }
  }
}
