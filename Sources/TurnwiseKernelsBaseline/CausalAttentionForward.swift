package import TurnwiseKernels

extension CompiledKernels {
  package static func attentionForward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands, scratch: MutableFloats
  ) {
    let width = attention.headWidth
    let size = attention.headProbabilityCount(from: x.first, length: x.length)
    let keys = scratch
    let values = keys + attention.panelCount(length: x.length)
    for shared in 0..<attention.keyValueHeads {
      packTransposed(
        keys, x.key + shared * width, stride: x.keyStride, columns: x.length, depth: width,
        panelDepth: width)
      packColumns(
        values, x.value + shared * width, stride: x.keyStride, columns: width, depth: x.length,
        panelDepth: x.length)
      for head in shared * attention.group..<(shared + 1) * attention.group {
        attend(
          attention, x, head, keys: keys, values: values,
          probabilities: x.probabilities + head * size)
      }
    }
  }

  /// Computes the attention of one head.
  private static func attend(
    _ attention: CausalAttention, _ x: CausalAttention.Operands, _ head: Int, keys: Floats,
    values: Floats, probabilities: MutableFloats
  ) {
    let width = attention.headWidth
    let scale = 1 / Float(width).squareRoot()
    var upcoming: CausalAttention.Block? = attention.firstBlock(from: x.first, length: x.length)
    while let block = upcoming {
      var row = block.first
      while row < block.last {
        let rows = smaller(CausalAttention.tileRows, block.last - row)
        let seen = row + rows
        let query = x.query + (row - x.first) * x.stride + head * width
        let output = x.output + (row - x.first) * x.outputStride + head * width
        let p = probabilities + block.offset + (row - block.first) * block.stride
        product(
          PanelProduct(
            c: p, cStride: block.stride, a: query, aStride: x.stride,
            panels: keys, panelDepth: width, rows: rows, columns: wholePanels(seen), depth: width))
        for r in 0..<rows {
          softmax(p + r * block.stride, count: row + r + 1, width: seen, scale: scale)
        }
        product(
          PanelProduct(
            c: output, cStride: x.outputStride, a: p,
            aStride: block.stride, panels: values, panelDepth: x.length, rows: rows,
            columns: width, depth: seen))
        row += rows
      }
      upcoming = block.next(length: x.length)
    }
  }

  /// Rounds a number of columns up to whole panels, as storing a part of a panel takes longer than
  /// computing all of it.
  @inline(__always)
  static func wholePanels(_ columns: Int) -> Int {
    (columns + panelWidth - 1) / panelWidth * panelWidth
  }

  /// Replaces the first `count` scores of a row by probabilities, and the rest up to `width` by zeros.
  @inline(__always)
  private static func softmax(_ row: MutableFloats, count: Int, width: Int, scale: Float) {
    let highest = largestElement(row, count: count)
    var total = Vector.zero
    var i = 0
    while i < count {
      // A row has memory for whole vectors.
      let e = keeping(first: count - i, of: vectorExponential((load(row, i) - highest) * scale))
      store(e, row, i)
      total += e
      i += lanes
    }
    let inverse = 1 / sum(total)
    i = 0
    while i < count {
      store(load(row, i) * inverse, row, i)
      i += lanes
    }
    while i < width {
      store(.zero, row, i)
      i += lanes
    }
  }
}
