import TurnwiseKernels

extension PlainLoops {
  /// Returns the place of row `i` of a column in its panel.
  private static func place(_ i: Int, _ column: Int, _ panelDepth: Int) -> Int {
    (column / panelWidth * panelDepth + i) * panelWidth + column % panelWidth
  }

  private static func pack(
    _ panels: MutableFloats, columns: Int, depth: Int, panelDepth: Int,
    _ element: (_ i: Int, _ column: Int) -> Float
  ) {
    let padded = (columns + panelWidth - 1) / panelWidth * panelWidth
    for column in 0..<padded {
      for i in 0..<depth {
        panels[place(i, column, panelDepth)] = column < columns ? element(i, column) : 0
      }
    }
  }

  static func packTransposed(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int
  ) {
    pack(panels, columns: columns, depth: depth, panelDepth: panelDepth) { b[$1 * stride + $0] }
  }

  static func packColumns(
    _ panels: MutableFloats, _ b: Floats, stride: Int, columns: Int, depth: Int, panelDepth: Int
  ) {
    pack(panels, columns: columns, depth: depth, panelDepth: panelDepth) { b[$0 * stride + $1] }
  }

  /// Sets c to sums over the depth, or adds them to it.
  static func multiply(
    _ c: MutableFloats, stride: Int, rows: Int, columns: Int, depth: Int, isAccumulating: Bool,
    _ term: (_ row: Int, _ column: Int, _ i: Int) -> Double
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var total = isAccumulating ? Double(c[row * stride + column]) : 0
        for i in 0..<depth { total += term(row, column, i) }
        c[row * stride + column] = Float(total)
      }
    }
  }

  static func product(_ x: PanelProduct) {
    multiply(
      x.c, stride: x.cStride, rows: x.rows, columns: x.columns, depth: x.depth,
      isAccumulating: x.isAccumulating
    ) { row, column, i in
      Double(x.a[row * x.aStride + i]) * Double(x.panels[place(i, column, x.panelDepth)])
    }
  }

  static func product(_ x: MatrixProduct, scratch: MutableFloats) {
    multiply(
      x.c, stride: x.cStride, rows: x.rows, columns: x.columns, depth: x.depth,
      isAccumulating: x.isAccumulating
    ) { row, column, i in
      let a = x.a[x.aTransposed ? i * x.aStride + row : row * x.aStride + i]
      let b = x.b[x.bTransposed ? column * x.bStride + i : i * x.bStride + column]
      return Double(a) * Double(b)
    }
  }
}
