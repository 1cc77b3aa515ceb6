package import TurnwiseKernels

extension CompiledKernels {
  package static func packColumns(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int
  ) {
    // Eight rows at a time, which are read from start to end.
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
    // Sixteen columns at a time: each gives a vector of sixteen rows, and the block is transposed.
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
    // The rest of the last panel, if a panel is wider than a vector.
    let panel = panels + columns / panelWidth * panelWidth * panelDepth + panelWidth - lanes
    for i in 0..<depth { store(.zero, panel, i * panelWidth) }
  }

  /// Transposes a block of 16 × 16 floats by interleaving four vectors at a time, twice.
  @inline(__always)
  private static func transpose(
    _ y: MutableFloats, _ yStride: Int, _ x: Floats, _ xStride: Int
  ) {
    func everyFourthRow(from first: Int) -> (Vector, Vector, Vector, Vector) {
      let x = x + first * xStride
      return interleave(
        load(x, 0), load(x, 4 * xStride), load(x, 8 * xStride), load(x, 12 * xStride))
    }
    func storeRows(from first: Int, _ rows: (Vector, Vector, Vector, Vector)) {
      let y = y + first * yStride
      store(rows.0, y, 0)
      store(rows.1, y, yStride)
      store(rows.2, y, 2 * yStride)
      store(rows.3, y, 3 * yStride)
    }
    let (a, b) = (everyFourthRow(from: 0), everyFourthRow(from: 1))
    let (c, d) = (everyFourthRow(from: 2), everyFourthRow(from: 3))
    storeRows(from: 0, interleave(a.0, b.0, c.0, d.0))
    storeRows(from: 4, interleave(a.1, b.1, c.1, d.1))
    storeRows(from: 8, interleave(a.2, b.2, c.2, d.2))
    storeRows(from: 12, interleave(a.3, b.3, c.3, d.3))
  }

  /// Returns the elements of four vectors in alternation: the first of each, then the second of each, and
  /// so on.
  @inline(__always)
  private static func interleave(
    _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector
  ) -> (Vector, Vector, Vector, Vector) {
    let (firstAC, lastAC) = (interleaveLow(a, c), interleaveHigh(a, c))
    let (firstBD, lastBD) = (interleaveLow(b, d), interleaveHigh(b, d))
    return (
      interleaveLow(firstAC, firstBD), interleaveHigh(firstAC, firstBD),
      interleaveLow(lastAC, lastBD), interleaveHigh(lastAC, lastBD)
    )
  }
}
