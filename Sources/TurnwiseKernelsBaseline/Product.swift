package import TurnwiseKernels

extension CompiledKernels {
  package static func product(_ x: PanelProduct) {
    let part = Blocking.part(of: x.depth)
    var first = 0
    while first < x.columns {
      let last = smaller(first + Blocking.columns, x.columns)
      var start = 0
      while start < x.depth {
        var block = x
        block.a += start
        block.panels += start * panelWidth
        block.depth = smaller(part, x.depth - start)
        block.isAccumulating = x.isAccumulating || start > 0
        multiplyRows(block, columns: first..<last)
        start += block.depth
      }
      first = last
    }
    if x.depth == 0, !x.isAccumulating { clear(x.c, stride: x.cStride, x.rows, x.columns) }
  }

  package static func product(_ x: MatrixProduct, scratch: MutableFloats) {
    let part = Blocking.part(of: x.depth)
    var first = 0
    while first < x.columns {
      let columns = smaller(MatrixProduct.blockColumns, x.columns - first)
      var start = 0
      while start < x.depth {
        let depth = smaller(part, x.depth - start)
        if x.bTransposed {
          packTransposed(
            scratch, x.b + first * x.bStride + start, stride: x.bStride, columns: columns,
            depth: depth, panelDepth: depth)
        } else {
          packColumns(
            scratch, x.b + start * x.bStride + first, stride: x.bStride, columns: columns,
            depth: depth, panelDepth: depth)
        }
        let block = PanelProduct(
          c: x.c + first, cStride: x.cStride, a: x.a + start * (x.aTransposed ? x.aStride : 1),
          aStride: x.aStride, panels: Floats(scratch), panelDepth: depth, rows: x.rows,
          columns: columns, depth: depth, isAccumulating: x.isAccumulating || start > 0)
        if x.aTransposed {
          multiplyStrips(block, scratch + MatrixProduct.panelCount)
        } else {
          multiplyRows(block, columns: 0..<columns)
        }
        start += depth
      }
      first += columns
    }
    if x.depth == 0, !x.isAccumulating { clear(x.c, stride: x.cStride, x.rows, x.columns) }
  }

  /// Multiplies rows that are stored as columns, after copying them to strips.
  ///
  /// In place each element of a row would be in another page, and often in the same few sets of the cache.
  private static func multiplyStrips(_ x: PanelProduct, _ strips: MutableFloats) {
    let size = MatrixProduct.stripSize(depth: x.depth)
    var row = 0
    while row < x.rows {
      let rows = smaller(MatrixProduct.copiedRows, x.rows - row)
      copyStrips(strips, x, from: row, rows)
      var (first, strip) = (0, strips)
      while first < rows {
        var part = x
        (part.a, part.aStride) = (Floats(strip), lanes)
        part.rows = smaller(MatrixProduct.stripRows, rows - first)
        part.c += (row + first) * x.cStride
        multiplyTransposedRows(part)
        first += MatrixProduct.stripRows
        strip += size
      }
      row += rows
    }
  }

  private static func copyStrips(
    _ strips: MutableFloats, _ x: PanelProduct, from row: Int, _ rows: Int
  ) {
    let size = MatrixProduct.stripSize(depth: x.depth)
    for i in 0..<x.depth {
      let source = x.a + i * x.aStride + row
      // All columns but the last may be read beyond their ends.
      let readable = x.rows - row + (i + 1 < x.depth && x.aStride >= lanes ? lanes : 0)
      var (r, target) = (0, strips + i * lanes)
      while r < rows {
        store(load(source, r, readable), target, 0)
        r += MatrixProduct.stripRows
        target += size
      }
    }
  }

  private static func clear(_ c: MutableFloats, stride: Int, _ rows: Int, _ columns: Int) {
    for row in 0..<rows { (c + row * stride).update(repeating: 0, count: columns) }
  }
}

@inline(__always)
func smaller(_ a: Int, _ b: Int) -> Int { a < b ? a : b }
