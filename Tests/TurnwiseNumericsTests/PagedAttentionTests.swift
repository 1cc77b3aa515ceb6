import Testing
import TurnwiseKernels
import TurnwiseNumerics

@Suite struct `Paged attention` {
  static let shapes = [
    Heads(1, 1, 2), Heads(4, 2, 8), Heads(2, 2, 16), Heads(2, 1, 32), Heads(3, 3, 32),
    Heads(6, 2, 40), Heads(4, 1, 64),
  ]
  static let longest = 70

  /// The pages of a sequence, filled with random numbers, whose layer does not start at the first float.
  private struct Cache {
    static let offset = 7
    let pages: [Rows]
    let bases: [MutableFloats]

    init(_ attention: PagedAttention, seed: Int, scale: Float = 1) {
      var source = Source(seed)
      pages = (0..<PagedAttention.pages(longest)).map { _ in
        Rows(
          source.floats(attention.layerCount, -scale...scale), width: attention.layerCount)
      }
      bases = pages.map { $0.base - Self.offset }
    }
  }

  private func attend(
    _ kernels: any Kernels.Type, _ attention: PagedAttention, _ query: Rows, _ cache: Cache,
    count: Int
  ) -> [Float] {
    let output = Rows(1, width: attention.heads * attention.headWidth)
    let scores = Rows(1, width: PagedAttention.pages(count) * PagedAttention.pagePositions)
    kernels.pagedAttention(
      attention,
      PagedAttention.Operands(
        output: output.base, query: query.base, pages: cache.bases, offset: Cache.offset,
        count: count, scores: scores.base))
    #expect(output.isIntact && scores.isIntact)
    return output.array
  }

  @Test(arguments: levels, shapes)
  func `equals that of plain loops, whatever follows the last position`(
    _ level: KernelLevel, _ shape: Heads
  ) {
    let kernels = level.kernels
    let attention = PagedAttention(
      heads: shape.heads, keyValueHeads: shape.keyValueHeads, headWidth: shape.width)
    let (cache, other) = (
      Cache(attention, seed: 1), Cache(attention, seed: 2, scale: .greatestFiniteMagnitude / 4)
    )
    var source = Source(4)
    for count in 1...Self.longest {
      let key = Rows(reading: source.floats(shape.keyWidth))
      let value = Rows(reading: source.floats(shape.keyWidth))
      let query = Rows(reading: source.floats(shape.queryWidth))
      let page = (count - 1) / PagedAttention.pagePositions
      let plain = cache.pages[page].copy()
      PlainLoops.writePage(
        attention, plain.base, key: key.base, value: value.base, position: count - 1)
      for cache in [cache, other] {
        kernels.writePage(
          attention, cache.pages[page].base, key: key.base, value: value.base,
          position: count - 1)
      }
      #expect(cache.pages[page].array == plain.array)

      let found = attend(kernels, attention, query, cache, count: count)
      let expected = attend(PlainLoops.self, attention, query, cache, count: count)
      Outcome(found: found, expected: expected)
        .expectAgreement(to: shape.roundings(count)) { _ in 1 }
      #expect(attend(kernels, attention, query, other, count: count).bits == found.bits)
    }
    #expect((cache.pages + other.pages).allSatisfy { $0.isIntact })
  }

  @Test(arguments: levels)
  func `agrees with causal attention`(_ level: KernelLevel) {
    let (length, shape) = (70, Heads(4, 2, 16))
    let attention = CausalAttention(heads: 4, keyValueHeads: 2, headWidth: 16)
    let paged = PagedAttention(heads: 4, keyValueHeads: 2, headWidth: 16)
    let width = shape.queryWidth + 2 * shape.keyWidth
    var source = Source(6)
    let x = Rows(source.floats(length * width), width: width)
    let output = Rows(length, width: shape.queryWidth)
    let probabilities = Rows(1, width: attention.probabilityCount(length: length))
    let scratch = Rows(1, width: attention.scratchCount(length: length))
    let (keys, values) = (x.base + shape.queryWidth, x.base + shape.queryWidth + shape.keyWidth)
    level.kernels.attentionForward(
      attention,
      CausalAttention.Operands(
        query: x.base, stride: width, key: keys, value: values, keyStride: width,
        output: output.base, outputStride: shape.queryWidth, probabilities: probabilities.base,
        length: length),
      scratch: scratch.base)
    let cache = Cache(paged, seed: 7)
    for row in 0..<length {
      level.kernels.writePage(
        paged, cache.pages[row / PagedAttention.pagePositions].base, key: keys + row * width,
        value: values + row * width, position: row)
      let query = Rows(reading: Array(x.array[(row * width)...].prefix(shape.queryWidth)))
      let found = attend(level.kernels, paged, query, cache, count: row + 1)
      let expected = Array(output.array[(row * shape.queryWidth)...].prefix(shape.queryWidth))
      Outcome(found: found, expected: expected)
        .expectAgreement(to: 2 * shape.roundings(length)) { _ in 1 }
    }
  }
}
