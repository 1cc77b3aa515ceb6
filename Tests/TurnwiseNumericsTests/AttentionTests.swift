import Testing
import TurnwiseKernels
import TurnwiseNumerics

/// The heads of causal or paged attention.
struct Heads: Sendable, CustomTestStringConvertible {
  var heads, keyValueHeads, width: Int

  init(_ heads: Int, _ keyValueHeads: Int, _ width: Int) {
    (self.heads, self.keyValueHeads, self.width) = (heads, keyValueHeads, width)
  }

  var testDescription: String { "\(heads)/\(keyValueHeads) × \(width)" }
  var queryWidth: Int { heads * width }
  var keyWidth: Int { keyValueHeads * width }

  /// Returns the allowed error of an output in half units in the last place of the largest value.
  ///
  /// A score is a sum of `width` terms of at most one, divided by √width, and its error is a relative error
  /// of the weight. Errors of the sums over positions are added.
  func roundings(_ length: Int) -> Int {
    2 * width * Int(Double(width).squareRoot().rounded(.up)) + 2 * length + 16
  }
}

@Suite struct `Causal attention` {
  static let shapes = [
    Heads(1, 1, 2), Heads(2, 1, 6), Heads(4, 2, 8), Heads(3, 3, 16), Heads(2, 2, 20),
    Heads(6, 2, 32), Heads(1, 1, 48), Heads(4, 1, 64),
  ]
  static let lengths = [1, 2, 11, 12, 13, 31, 32, 33, 95, 96, 97, 130, 200]

  /// Returns operands with queries, values and keys in each row, as in the model, and a gap after them.
  private func operands(
    _ shape: Heads, _ rows: MutableFloats, output: MutableFloats, probabilities: MutableFloats,
    from first: Int = 0, _ length: Int
  ) -> CausalAttention.Operands {
    let stride = shape.queryWidth + 2 * shape.keyWidth + 5
    return CausalAttention.Operands(
      query: rows + first * stride, stride: stride,
      key: rows + shape.queryWidth + shape.keyWidth, value: rows + shape.queryWidth,
      keyStride: stride, output: output, outputStride: shape.queryWidth + 3,
      probabilities: probabilities, first: first, length: length)
  }

  @Test(arguments: levels, shapes)
  func `equals that of plain loops, forward and backward`(_ level: KernelLevel, _ shape: Heads) {
    for length in Self.lengths {
      var source = Source(length)
      let attention = CausalAttention(
        heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.width)
      let width = shape.queryWidth + 2 * shape.keyWidth
      let x = Rows(reading: source.floats(length * width), width: width, stride: width + 5)
      let upstream = Rows(
        reading: source.floats(length * shape.queryWidth), width: shape.queryWidth,
        stride: shape.queryWidth + 3)
      // The gradients of queries are set, those of keys and values are added to.
      var start = source.floats(length * width)
      for index in start.indices where index % width < shape.queryWidth {
        start[index] = Rows.sentinel
      }
      let memory = [
        Rows(length, width: shape.queryWidth, stride: shape.queryWidth + 3),
        Rows(1, width: attention.probabilityCount(length: length)),
        Rows(1, width: attention.scratchCount(length: length)),
        Rows(start, width: width, stride: width + 5),
      ]
      let result = outcomes(level, memory) { kernels, memory in
        let forward = operands(
          shape, x.base, output: memory[0], probabilities: memory[1], length)
        kernels.attentionForward(attention, forward, scratch: memory[2])
        memory[2].update(repeating: Rows.sentinel, count: attention.scratchCount(length: length))
        kernels.attentionBackward(
          attention, forward,
          gradients: operands(
            shape, memory[3], output: upstream.base, probabilities: memory[1], length),
          scratch: memory[2])
      }
      result[0].expectAgreement(to: shape.roundings(length)) { _ in 1 }
      result[3].expectAgreement(to: 4 * shape.roundings(length), ofAtLeast: 1)
      #expect(x.isIntact)
      checkProbabilities(attention, result[1].found, length)
    }
  }

  /// Expects as many probabilities in each row as it sees positions, with a sum of one.
  private func checkProbabilities(_ attention: CausalAttention, _ found: [Float], _ length: Int) {
    for head in 0..<attention.heads {
      var upcoming: CausalAttention.Block? = attention.firstBlock(length: length)
      while let block = upcoming {
        for row in block.first..<block.last {
          let first =
            head * attention.headProbabilityCount(length: length) + block.offset
            + (row - block.first) * block.stride
          let seen = found[first...(first + row)]
          let total = seen.reduce(0.0) { $0 + Double($1) }
          #expect(abs(total - 1) <= Double(row + 8) * 0x1p-24)
          // Other rows of the tile see more positions: these are zero in this row.
          let end = min((row / 12 + 1) * 12, block.last)
          #expect(
            found[(first + row + 1)..<max(first + row + 1, first + end)].allSatisfy { $0 == 0 })
        }
        upcoming = block.next(length: length)
      }
    }
  }

  @Test(arguments: levels, [1, 12, 37, 96])
  func `of rows after those of another sequence equals plain loops, and has the same bits`(
    _ level: KernelLevel, _ first: Int
  ) {
    for (rows, shape) in [
      (1, Heads(4, 2, 16)), (12, Heads(3, 1, 20)), (29, Heads(4, 2, 16)), (100, Heads(3, 1, 20)),
    ] {
      let length = first + rows
      var source = Source(length)
      let attention = CausalAttention(
        heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.width)
      let width = shape.queryWidth + 2 * shape.keyWidth
      let x = Rows(reading: source.floats(length * width), width: width, stride: width + 5)
      let upstream = Rows(
        reading: source.floats(rows * shape.queryWidth), width: shape.queryWidth,
        stride: shape.queryWidth + 3)
      let memory = [
        Rows(rows, width: shape.queryWidth, stride: shape.queryWidth + 3),
        Rows(1, width: attention.probabilityCount(from: first, length: length)),
        Rows(1, width: attention.scratchCount(length: length)),
        Rows(source.floats(length * width), width: width, stride: width + 5),
      ]
      let result = outcomes(level, memory) { kernels, memory in
        let forward = operands(
          shape, x.base, output: memory[0], probabilities: memory[1], from: first, length)
        kernels.attentionForward(attention, forward, scratch: memory[2])
        kernels.attentionBackward(
          attention, forward,
          gradients: operands(
            shape, memory[3], output: upstream.base, probabilities: memory[1], from: first,
            length), scratch: memory[2])
      }
      result[0].expectAgreement(to: shape.roundings(length)) { _ in 1 }
      result[3].expectAgreement(to: 4 * shape.roundings(length), ofAtLeast: 1)

      let whole = Rows(length, width: shape.queryWidth, stride: shape.queryWidth + 3)
      let probabilities = Rows(1, width: attention.probabilityCount(length: length))
      let scratch = Rows(1, width: attention.scratchCount(length: length))
      level.kernels.attentionForward(
        attention,
        operands(shape, x.base, output: whole.base, probabilities: probabilities.base, length),
        scratch: scratch.base)
      let own = Array(whole.array.suffix(rows * shape.queryWidth))
      #expect(result[0].found.bits == own.bits)
    }
  }

  @Test(arguments: levels)
  func `of a row does not depend on later rows`(_ level: KernelLevel) {
    let shape = Heads(4, 2, 16)
    let attention = CausalAttention(heads: 4, keyValueHeads: 2, headWidth: 16)
    let width = shape.queryWidth + 2 * shape.keyWidth + 5
    var source = Source(5)
    let x = Rows(source.floats(200 * width), width: width)
    func forward(_ length: Int) -> [UInt32] {
      let output = Rows(length, width: shape.queryWidth, stride: shape.queryWidth + 3)
      let probabilities = Rows(1, width: attention.probabilityCount(length: length))
      let scratch = Rows(1, width: attention.scratchCount(length: length))
      level.kernels.attentionForward(
        attention,
        operands(
          shape, x.base, output: output.base, probabilities: probabilities.base, length),
        scratch: scratch.base)
      return output.array.bits
    }
    let all = forward(200)
    // Sequences that end inside a tile of rows, and at its end.
    for length in [1, 7, 12, 31, 96, 97, 150] {
      #expect(forward(length) == Array(all.prefix(length * shape.queryWidth)))
    }
  }
}
