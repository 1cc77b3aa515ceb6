import Foundation
import TurnwiseKernels

extension PlainLoops {
  /// Returns the probabilities of scores.
  private static func softmax(_ scores: [Double]) -> [Double] {
    let highest = scores.max() ?? 0
    let weights = scores.map { exp($0 - highest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  /// Returns the attention probabilities of a row of a head for itself and the rows before it.
  private static func probabilities(
    _ attention: CausalAttention, _ x: CausalAttention.Operands, head: Int, row: Int
  ) -> [Double] {
    let width = attention.headWidth
    let query = x.query + (row - x.first) * x.stride + head * width
    let keys = x.key + head / attention.group * width
    return softmax(
      (0...row).map { inner(query, keys + $0 * x.keyStride, width) / Double(width).squareRoot() })
  }

  static func attentionForward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands, scratch: MutableFloats
  ) {
    let width = attention.headWidth
    for head in 0..<attention.heads {
      let values = x.value + head / attention.group * width
      for row in x.first..<x.length {
        let p = probabilities(attention, x, head: head, row: row)
        for i in 0..<width {
          var total = 0.0
          for other in 0...row { total += p[other] * Double(values[other * x.keyStride + i]) }
          x.output[(row - x.first) * x.outputStride + head * width + i] = Float(total)
        }
      }
    }
  }

  /// The probabilities are computed again, as the forward pass stores none.
  static func attentionBackward(
    _ attention: CausalAttention, _ x: CausalAttention.Operands,
    gradients d: CausalAttention.Operands, scratch: MutableFloats
  ) {
    let width = attention.headWidth
    for row in 0..<x.rows {
      for i in 0..<(attention.heads * width) { d.query[row * d.stride + i] = 0 }
    }
    // The gradients of keys and values are sums over many rows, so they are kept in double precision.
    let shape = x.length * attention.keyValueHeads * width
    var (dKey, dValue) = (
      [Double](repeating: 0, count: shape), [Double](repeating: 0, count: shape)
    )
    for head in 0..<attention.heads {
      let shared = head / attention.group
      for row in x.first..<x.length {
        let p = probabilities(attention, x, head: head, row: row)
        let own = row - x.first
        let dOutput = d.output + own * d.outputStride + head * width
        // dp_j = dO · v_j, and ds_j = p_j (dp_j - Σ p dp).
        let dp = (0...row).map {
          inner(dOutput, x.value + $0 * x.keyStride + shared * width, width)
        }
        let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
        var dQuery = [Double](repeating: 0, count: width)
        for other in 0...row {
          let ds = p[other] * (dp[other] - mean) / Double(width).squareRoot()
          let place = (other * attention.keyValueHeads + shared) * width
          for i in 0..<width {
            dQuery[i] += ds * Double(x.key[other * x.keyStride + shared * width + i])
            dKey[place + i] += ds * Double(x.query[own * x.stride + head * width + i])
            dValue[place + i] += p[other] * Double(dOutput[i])
          }
        }
        for i in 0..<width { d.query[own * d.stride + head * width + i] = Float(dQuery[i]) }
      }
    }
    let keyWidth = attention.keyValueHeads * width
    for (index, (key, value)) in zip(dKey, dValue).enumerated() {
      let place = index / keyWidth * d.keyStride + index % keyWidth
      d.key[place] = Float(Double(d.key[place]) + key)
      d.value[place] = Float(Double(d.value[place]) + value)
    }
  }

  /// Returns the place of an element of a key in a layer of a page.
  private static func keyPlace(_ x: PagedAttention, head: Int, _ i: Int, slot: Int) -> Int {
    (head * x.headWidth + i) * PagedAttention.pagePositions + slot
  }

  /// Returns the place of an element of a value in a layer of a page.
  private static func valuePlace(_ x: PagedAttention, head: Int, _ i: Int, slot: Int) -> Int {
    x.layerCount / 2 + (head * PagedAttention.pagePositions + slot) * x.headWidth + i
  }

  static func writePage(
    _ attention: PagedAttention, _ layer: MutableFloats, key: Floats, value: Floats, position: Int
  ) {
    let slot = position % PagedAttention.pagePositions
    for head in 0..<attention.keyValueHeads {
      for i in 0..<attention.headWidth {
        let source = head * attention.headWidth + i
        layer[keyPlace(attention, head: head, i, slot: slot)] = key[source]
        layer[valuePlace(attention, head: head, i, slot: slot)] = value[source]
      }
    }
  }

  static func pagedAttention(_ attention: PagedAttention, _ x: PagedAttention.Operands) {
    let (width, size) = (attention.headWidth, PagedAttention.pagePositions)
    for head in 0..<attention.heads {
      let shared = head / (attention.heads / attention.keyValueHeads)
      let p = softmax(
        (0..<x.count).map { position in
          let layer = x.pages[position / size] + x.offset
          var score = 0.0
          for i in 0..<width {
            let key = layer[keyPlace(attention, head: shared, i, slot: position % size)]
            score += Double(x.query[head * width + i]) * Double(key)
          }
          return score / Double(width).squareRoot()
        })
      for i in 0..<width {
        var total = 0.0
        for position in 0..<x.count {
          let layer = x.pages[position / size] + x.offset
          let value = layer[valuePlace(attention, head: shared, i, slot: position % size)]
          total += p[position] * Double(value)
        }
        x.output[head * width + i] = Float(total)
      }
    }
  }
}
