package import TurnwiseKernels

extension CompiledKernels {
  package static func product(_ x: PanelProduct) {
    var first = 0
    while first < x.columns {
      let last = smaller(first + Blocking.columns, x.columns)
      var start = 0
      while start < x.depth {
        var block = x
        block.a += start
        block.panels += start * panelWidth
        block.depth = smaller(Blocking.depth, x.depth - start)
        block.isAccumulating = x.isAccumulating || start > 0
        multiplyRows(block, columns: first..<last)
        start += block.depth
      }
      first = last
    }
    if x.depth == 0, !x.isAccumulating { clear(x.c, stride: x.cStride, x.rows, x.columns) }
  }

  private static func clear(_ c: MutableFloats, stride: Int, _ rows: Int, _ columns: Int) {
    for row in 0..<rows { (c + row * stride).update(repeating: 0, count: columns) }
  }
}

@inline(__always)
func smaller(_ a: Int, _ b: Int) -> Int { a < b ? a : b }
