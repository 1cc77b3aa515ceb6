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

  /// Turns a block of 16 × 16 floats: vectors are dealt out by fours, as hands of cards, and so are the
  /// hands.
  @inline(__always)
  private static func transpose(
    _ y: MutableFloats, _ yStride: Int, _ x: Floats, _ xStride: Int
  ) {
    func every4th(_ first: Int) -> (Vector, Vector, Vector, Vector) {
      let x = x + first * xStride
      return deal(
        load(x, 0), load(x, 4 * xStride), load(x, 8 * xStride), load(x, 12 * xStride))
    }
    func put(_ first: Int, _ hands: (Vector, Vector, Vector, Vector)) {
      let y = y + first * yStride
      store(hands.0, y, 0)
      store(hands.1, y, yStride)
      store(hands.2, y, 2 * yStride)
      store(hands.3, y, 3 * yStride)
    }
    let (a, b, c, d) = (every4th(0), every4th(1), every4th(2), every4th(3))
    put(0, deal(a.0, b.0, c.0, d.0))
    put(4, deal(a.1, b.1, c.1, d.1))
    put(8, deal(a.2, b.2, c.2, d.2))
    put(12, deal(a.3, b.3, c.3, d.3))
  }

  /// Returns the elements of four vectors in turn: the first of each, then the second of each, and so on.
  @inline(__always)
  private static func deal(
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
