/// Causal attention of one sequence, with several query heads to a key and value head.
///
/// Queries, keys and values are rows of one matrix, `stride` apart; head h uses key head h / (heads
/// / keyValueHeads). Rows are taken in blocks, and a block never looks at keys past its last row.
package struct CausalAttention: Sendable {
  /// Query heads.
  package let heads: Int
  /// Key and value heads.
  package let keyValueHeads: Int
  /// Elements of one head.
  package let headWidth: Int

  /// Query rows of a block.
  ///
  /// Small blocks skip more above the diagonal; large ones make faster products.
  static let block = 64

  /// Describes the heads.
  package init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    precondition(heads.isMultiple(of: keyValueHeads), "Query heads are shared out evenly.")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
  }

  /// Floats that the probabilities of a sequence of `length` take, over all heads.
  package func probabilityCount(length: Int) -> Int {
    var total = 0
    forEachBlock(length) { first, last, _ in total += (last - first) * last }
    return total * heads
  }

  /// Floats of scratch that ``backward(_:)`` needs.
  package func scratchCount(length: Int) -> Int { Self.block * length }

  /// The memory of one sequence.
  package struct Operands {
    /// The first query, key and value.
    package var query, key, value: MutableFloats
    /// The distance between rows of queries, keys and values.
    package var stride: Int
    /// Rows × heads · headWidth.
    package var output: MutableFloats
    /// The distance between rows of the output.
    package var outputStride: Int
    /// Room for ``CausalAttention/probabilityCount(length:)`` floats.
    package var probabilities: MutableFloats
    /// The number of rows.
    package var length: Int

    /// Names the memory.
    package init(
      query: MutableFloats, key: MutableFloats, value: MutableFloats, stride: Int,
      output: MutableFloats, outputStride: Int, probabilities: MutableFloats, length: Int
    ) {
      (self.query, self.key, self.value, self.stride) = (query, key, value, stride)
      (self.output, self.outputStride) = (output, outputStride)
      (self.probabilities, self.length) = (probabilities, length)
    }
  }

  /// Sets the output, and keeps the probabilities for ``backward(_:gradients:scratch:)``.
  package func forward(_ x: Operands) {
    let scale = 1 / Float(headWidth).squareRoot()
    forEachHead(x) { q, k, v, out, probabilities in
      forEachBlock(x.length) { first, last, offset in
        let p = probabilities + offset  // (last - first) × last
        MatrixProduct.multiply(
          p, q + first * x.stride, k, m: last - first, n: last, k: headWidth, cStride: last,
          aStride: x.stride, bStride: x.stride, bTransposed: true, scale: scale)
        for row in first..<last {
          Self.softmax(p + (row - first) * last, count: row + 1, width: last)
        }
        MatrixProduct.multiply(
          out + first * x.outputStride, p, v, m: last - first, n: headWidth, k: last,
          cStride: x.outputStride, aStride: last, bStride: x.stride)
      }
    }
  }

  /// Sets the gradients of queries, and adds to those of keys and values.
  ///
  /// - Parameters:
  ///   - x: What ``forward(_:)`` was given.
  ///   - gradients: The output's gradient, and room for the others. Its probabilities are not used.
  ///   - scratch: Room for ``scratchCount(length:)`` floats.
  package func backward(_ x: Operands, gradients: Operands, scratch: MutableFloats) {
    let scale = 1 / Float(headWidth).squareRoot()
    let group = heads / keyValueHeads
    forEachHead(x) { q, k, v, out, probabilities in
      let head = (out - x.output) / headWidth
      let dq = gradients.query + head * headWidth
      let dk = gradients.key + head / group * headWidth
      let dv = gradients.value + head / group * headWidth
      let dOut = gradients.output + head * headWidth
      let stride = gradients.stride
      forEachBlock(x.length) { first, last, offset in
        let rows = last - first
        let p = probabilities + offset  // rows × last
        let dOut = dOut + first * gradients.outputStride
        // dV += Pᵀ dO
        MatrixProduct.multiply(
          dv, p, dOut, m: last, n: headWidth, k: rows, cStride: stride, aStride: last,
          bStride: gradients.outputStride, aTransposed: true, accumulating: true)
        // dP = dO Vᵀ
        MatrixProduct.multiply(
          scratch, dOut, v, m: rows, n: last, k: headWidth, cStride: last,
          aStride: gradients.outputStride, bStride: x.stride, bTransposed: true)
        for row in 0..<rows {
          Self.softmaxGradient(
            scratch + row * last, p + row * last, count: last, scale: scale)
        }
        // dQ = dS K, dK += dSᵀ Q
        MatrixProduct.multiply(
          dq + first * stride, scratch, k, m: rows, n: headWidth, k: last, cStride: stride,
          aStride: last, bStride: x.stride)
        MatrixProduct.multiply(
          dk, scratch, q + first * x.stride, m: last, n: headWidth, k: rows, cStride: stride,
          aStride: last, bStride: x.stride, aTransposed: true, accumulating: true)
      }
    }
  }

  private func forEachHead(
    _ x: Operands,
    _ body: (Floats, Floats, Floats, MutableFloats, MutableFloats) -> Void
  ) {
    let group = heads / keyValueHeads
    let size = probabilityCount(length: x.length) / heads
    for head in 0..<heads {
      let shared = head / group * headWidth
      body(
        x.query + head * headWidth, x.key + shared, x.value + shared,
        x.output + head * headWidth, x.probabilities + head * size)
    }
  }

  /// Calls `body` with the first row, the row past the last, and where the block's probabilities
  /// start.
  private func forEachBlock(_ length: Int, _ body: (Int, Int, Int) -> Void) {
    var offset = 0
    for first in stride(from: 0, to: length, by: Self.block) {
      let last = min(first + Self.block, length)
      body(first, last, offset)
      offset += (last - first) * last
    }
  }
}
