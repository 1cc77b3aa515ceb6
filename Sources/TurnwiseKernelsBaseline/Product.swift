package import TurnwiseKernels

extension CompiledKernels {
  package static func product(_ x: PanelProduct) {
    var first = 0
    while first < x.columns {
      let last = smaller(first + Blocking.columns, x.columns)
      var start = 0
      while start < x.depth {
        let depth = smaller(Blocking.depth, x.depth - start)
        let strips = Strips(
          c: x.c, cStride: x.cStride, a: x.a + start, row: x.aStride, step: 1,
          panels: x.panels + start * panelWidth, panelDepth: x.panelDepth, depth: depth,
          columns: x.columns, isAccumulating: x.isAccumulating || start > 0)
        strips.multiply(rows: x.rows, columns: first, last)
        start += depth
      }
      first = last
    }
    if x.depth == 0, !x.isAccumulating { clear(x.c, stride: x.cStride, x.rows, x.columns) }
  }

  private static func clear(_ c: MutableFloats, stride: Int, _ rows: Int, _ columns: Int) {
    for row in 0..<rows { (c + row * stride).update(repeating: 0, count: columns) }
  }
}

/// All rows of a product times some panels, a block of the depth at a time.
///
/// Rows are outside: a strip of the first factor stays in the nearest cache while panels, which come in
/// order, are fetched ahead from the next.
struct Strips {
  let c: MutableFloats
  let cStride: Int
  let a: Floats
  let row: Int
  let step: Int
  let panels: Floats
  let panelDepth: Int
  let depth: Int
  let columns: Int
  let isAccumulating: Bool

  @inline(__always)
  private func tile(_ r: Int, _ column: Int, row: Int, step: Int) -> Tile {
    Tile(
      c: c + r * cStride + column, cStride: cStride, a: a + r * row, row: row, step: step,
      panel: panels + column * panelDepth, depth: depth,
      columns: smaller(Columns.width, columns - column), isAccumulating: isAccumulating)
  }

  /// Multiplies rows that lie one after the other.
  func multiply(rows: Int, columns first: Int, _ last: Int) {
    if rows <= Blocking.fewRows {
      panelByPanel(rows: rows, columns: first, last)
    } else {
      stripByStrip(rows: rows, columns: first, last)
    }
  }

  private func stripByStrip(rows: Int, columns first: Int, _ last: Int) {
    var r = 0
    while r < rows {
      let height = Self.height(rows - r)
      var column = first
      while column < last {
        tile(r, column, row: row, step: 1).multiply(height)
        column += Columns.width
      }
      r += height
    }
  }

  private func panelByPanel(rows: Int, columns first: Int, _ last: Int) {
    var column = first
    while column < last {
      var r = 0
      while r < rows {
        let height = Self.height(rows - r)
        tile(r, column, row: row, step: 1).multiply(height)
        r += height
      }
      column += Columns.width
    }
  }

  /// Multiplies rows that lie side by side.
  func multiplyTransposed(rows: Int, columns: Int) {
    var r = 0
    while r < rows {
      let height = Self.height(rows - r)
      var column = 0
      while column < columns {
        let tile = tile(r, column, row: 1, step: step)
        tile.multiply(height)
        column += Columns.width
      }
      r += height
    }
  }

  @inline(__always)
  private static func height(_ rows: Int) -> Int {
    if Tile.tallest >= 12, rows >= 12 { return 12 }
    if Tile.tallest == 6, rows >= 6 { return 6 }
    if Tile.tallest >= 4, rows >= 4 { return 4 }
    return rows >= 2 ? 2 : 1
  }
}

@inline(__always)
func smaller(_ a: Int, _ b: Int) -> Int { a < b ? a : b }
