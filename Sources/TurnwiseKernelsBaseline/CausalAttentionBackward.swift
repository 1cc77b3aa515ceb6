package import TurnwiseKernels

extension CompiledKernels {
  package static func attentionBackward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands,
    gradients: CausalAttention.Operands, scratch: MutableFloats
  ) {
    let width = attention.headWidth
    let panelCount = attention.panelCount(length: x.length)
    let size = attention.headProbabilityCount(from: x.first, length: x.length)
    for shared in 0..<attention.keyValueHeads {
      let pass = AttentionGradient(
        attention: attention, x: x, d: gradients, keys: scratch, values: scratch + panelCount,
        queries: scratch + 2 * panelCount, outputs: scratch + 3 * panelCount,
        scores: scratch + 4 * panelCount)
      packColumns(
        scratch, x.key + shared * width, stride: x.keyStride, columns: width, depth: x.length,
        panelDepth: x.length)
      packTransposed(
        scratch + panelCount, x.value + shared * width, stride: x.keyStride, columns: x.length,
        depth: width, panelDepth: width)
      for head in shared * attention.group..<(shared + 1) * attention.group {
        pass.run(head, probabilities: x.probabilities + head * size)
      }
    }
  }
}

/// The backward pass of one key head.
private struct AttentionGradient {
  let attention: CausalAttention
  let x: CausalAttention.Operands
  let d: CausalAttention.Operands
  /// Panels of the keys, the transposed values, the queries and the gradient of the output.
  let keys, values, queries, outputs: MutableFloats
  /// The gradient of the scores of a block.
  let scores: MutableFloats

  func run(_ head: Int, probabilities: Floats) {
    let width = attention.headWidth
    CompiledKernels.packColumns(
      queries, x.query + head * width, stride: x.stride, columns: width, depth: x.rows,
      panelDepth: x.rows)
    CompiledKernels.packColumns(
      outputs, d.output + head * width, stride: d.outputStride, columns: width, depth: x.rows,
      panelDepth: x.rows)
    var upcoming: CausalAttention.Block? = attention.firstBlock(from: x.first, length: x.length)
    while let block = upcoming {
      let p = probabilities + block.offset
      var row = block.first
      while row < block.last {
        let rows = smaller(CausalAttention.tileRows, block.last - row)
        rowGradients(head, block, p, row, rows)
        row += rows
      }
      let shared = head / attention.group * width
      // dV += Pᵀ dO, dK += dSᵀ Q
      columnGradients(d.value + shared, block, p, outputs)
      columnGradients(d.key + shared, block, scores, queries)
      upcoming = block.next(length: x.length)
    }
  }

  /// Sets the gradients of the scores and of the queries of some rows.
  private func rowGradients(
    _ head: Int, _ block: CausalAttention.Block, _ probabilities: Floats, _ row: Int, _ rows: Int
  ) {
    let width = attention.headWidth
    let scale = 1 / Float(width).squareRoot()
    let seen = row + rows
    let ds = scores + (row - block.first) * block.stride
    let p = probabilities + (row - block.first) * block.stride
    let dOutput = d.output + (row - x.first) * d.outputStride + head * width
    let output = x.output + (row - x.first) * x.outputStride + head * width
    // dP = dO Vᵀ
    CompiledKernels.product(
      PanelProduct(
        c: ds, cStride: block.stride, a: dOutput, aStride: d.outputStride, panels: values,
        panelDepth: width, rows: rows, columns: CompiledKernels.wholePanels(seen), depth: width))
    for r in 0..<rows {
      // dS = P (dP - Σ P dP), and Σ P dP = dO O.
      let mean = Vector(
        repeating: CompiledKernels.dot(
          dOutput + r * d.outputStride, output + r * x.outputStride, count: width))
      let (ds, p) = (ds + r * block.stride, p + r * block.stride)
      var i = 0
      while i < seen {
        store((load(ds, i) - mean) * load(p, i) * scale, ds, i)
        i += lanes
      }
    }
    // dQ = dS K
    CompiledKernels.product(
      PanelProduct(
        c: d.query + (row - x.first) * d.stride + head * width, cStride: d.stride, a: ds,
        aStride: block.stride, panels: keys, panelDepth: x.length, rows: rows, columns: width,
        depth: seen))
  }

  /// Adds to the gradient of each position the contributions of the rows of a block that see it.
  private func columnGradients(
    _ gradient: MutableFloats, _ block: CausalAttention.Block, _ weights: Floats, _ panels: Floats
  ) {
    var position = 0
    while position < block.last {
      let first = position > block.first ? position : block.first
      // A tile of positions ends where a tile of rows does: all rows that see its first position see its
      // last one, or have zeros there.
      let end = position < x.first ? x.first : block.last
      let rows = smaller(CausalAttention.tileRows, end - position)
      CompiledKernels.multiplyTransposedRows(
        PanelProduct(
          c: gradient + position * d.keyStride, cStride: d.keyStride,
          a: weights + (first - block.first) * block.stride + position, aStride: block.stride,
          panels: panels + (first - x.first) * CompiledKernels.panelWidth, panelDepth: x.rows,
          rows: rows,
          columns: attention.headWidth, depth: block.last - first, isAccumulating: true))
      position += rows
    }
  }
}
