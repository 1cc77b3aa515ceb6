import Testing
import TurnwiseNumerics

@Suite struct `Attention` {
  struct Shape: Sendable, CustomTestStringConvertible {
    var length, heads, keyValueHeads, headWidth: Int
    var testDescription: String { "\(length) × \(heads)/\(keyValueHeads) × \(headWidth)" }
    var queryWidth: Int { heads * headWidth }
    var keyWidth: Int { keyValueHeads * headWidth }
    var stride: Int { queryWidth + 2 * keyWidth }
  }

  static let shapes = [
    Shape(length: 1, heads: 1, keyValueHeads: 1, headWidth: 2),
    Shape(length: 5, heads: 2, keyValueHeads: 1, headWidth: 6),
    Shape(length: 33, heads: 4, keyValueHeads: 2, headWidth: 16),
    Shape(length: 67, heads: 2, keyValueHeads: 2, headWidth: 34),
    Shape(length: 130, heads: 1, keyValueHeads: 1, headWidth: 48),
  ]

  /// Queries, then values, then keys in each row, as the model has them.
  private func operands(
    _ shape: Shape, _ rows: FloatBuffer, _ output: FloatBuffer, _ probabilities: FloatBuffer
  ) -> CausalAttention.Operands {
    CausalAttention.Operands(
      query: rows.base, key: rows.base + shape.queryWidth + shape.keyWidth,
      value: rows.base + shape.queryWidth, stride: shape.stride, output: output.base,
      outputStride: shape.queryWidth, probabilities: probabilities.base, length: shape.length)
  }

  private func reference(_ shape: Shape, _ rows: [Double]) -> [Double] {
    func column(_ first: Int, _ width: Int) -> [Double] {
      (0..<shape.length).flatMap {
        rows[($0 * shape.stride + first)..<($0 * shape.stride + first + width)]
      }
    }
    return Reference.attention(
      column(0, shape.queryWidth), column(shape.queryWidth + shape.keyWidth, shape.keyWidth),
      column(shape.queryWidth, shape.keyWidth), length: shape.length, heads: shape.heads,
      keyValueHeads: shape.keyValueHeads, width: shape.headWidth)
  }

  @Test(arguments: shapes)
  func `agrees with plain loops, forward and backward`(_ shape: Shape) {
    var source = Source(7)
    let attention = CausalAttention(
      heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.headWidth)
    let rows = source.floats(shape.length * shape.stride, -2...2)
    let dOutput = source.floats(shape.length * shape.queryWidth)
    let input = FloatBuffer(rows)
    let output = FloatBuffer(shape.length * shape.queryWidth)
    let probabilities = FloatBuffer(attention.probabilityCount(length: shape.length))
    let forward = operands(shape, input, output, probabilities)
    attention.forward(forward)
    expectClose(output.array, reference(shape, rows.map(Double.init)).map { Float($0) })

    let (gradient, upstream) = (FloatBuffer(rows.count), FloatBuffer(dOutput))
    let scratch = FloatBuffer(attention.scratchCount(length: shape.length))
    attention.backward(
      forward, gradients: operands(shape, gradient, upstream, probabilities),
      scratch: scratch.base)
    // Each difference costs a whole reference: look at every element only where there are few.
    let probes = stride(from: 0, to: rows.count, by: max(1, rows.count / 20))
    for index in probes {
      var moved = rows.map(Double.init)
      moved[index] += 1e-4
      let above = weighted(dOutput, reference(shape, moved))
      moved[index] -= 2e-4
      let below = weighted(dOutput, reference(shape, moved))
      expectClose([gradient.array[index]], [Float((above - below) / 2e-4)], tolerance: 1e-4)
    }
  }

  @Test(arguments: shapes)
  func `gives the same from pages`(_ shape: Shape) {
    var source = Source(8)
    let paged = PagedAttention(
      heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.headWidth)
    let rows = source.floats(shape.length * shape.stride, -2...2)
    let input = FloatBuffer(rows)
    let positions = PagedAttention.pagePositions
    let count = (shape.length + positions - 1) / positions
    // A second layer in each page shows that only one is touched.
    let pages = (0..<count).map { _ in FloatBuffer(2 * paged.layerCount) }
    let output = FloatBuffer(shape.length * shape.queryWidth)
    let scores = FloatBuffer(count * positions)
    for row in 0..<shape.length {
      let query = input.base + row * shape.stride
      paged.write(
        pages[row / positions].base + paged.layerCount,
        key: query + shape.queryWidth + shape.keyWidth, value: query + shape.queryWidth,
        position: row)
      paged.forward(
        output.base + row * shape.queryWidth, query: query, pages: pages.map(\.base),
        offset: paged.layerCount, count: row + 1, scores: scores.base)
    }
    expectClose(output.array, reference(shape, rows.map(Double.init)).map { Float($0) })
    #expect(pages.allSatisfy { $0.array.prefix(paged.layerCount).allSatisfy { $0 == 0 } })
  }
}
