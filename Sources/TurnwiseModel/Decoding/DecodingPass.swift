internal import TurnwiseKernels
internal import TurnwiseNumerics

/// A pass of the new tokens of some sequences through a model, on one thread.
///
/// The rows of all sequences follow each other and pass through the model a chunk at a time. Each step
/// computes every row as if it were alone; see ``PackedWeight`` and ``PagedAttention``.
struct DecodingPass {
  /// A sequence to be extended.
  struct Sequence: Sendable {
    let tokens: [Int32]
    let memory: SequenceCache.Growth

    /// The number of tokens with the new ones.
    fileprivate var end: Int { memory.start + tokens.count }
  }

  private let decoder: Transformer.Decoder
  private let sequences: ArraySlice<Sequence>
  private let scratch: DecodingScratch
  private let weights: Floats
  private let pages: UnsafePointer<MutableFloats>

  private var model: ModelConfiguration { decoder.model.configuration }
  private var layout: ParameterLayout { decoder.model.layout }

  /// Divides sequences into ranges with about equal numbers of tokens.
  static func share(_ sequences: [Sequence], among workers: Int) -> [Range<Int>] {
    let total = sequences.reduce(0) { $0 + $1.tokens.count }
    var result: [Range<Int>] = []
    var start = 0
    var seen = 0
    for (index, sequence) in sequences.enumerated() {
      seen += sequence.tokens.count
      let isLast = index == sequences.count - 1
      if isLast || seen * max(workers, 1) >= total * (result.count + 1) {
        result.append(start..<(index + 1))
        start = index + 1
      }
    }
    return result
  }

  /// Extends sequences, and sets the logits after each one, sequences × vocabulary.
  static func run(
    _ decoder: Transformer.Decoder, _ sequences: ArraySlice<Sequence>, logits: MutableFloats
  ) {
    decoder.scratch.withScratch(decoder.model.configuration) { scratch in
      scratch.load(sequences, width: decoder.model.configuration.width)
      decoder.model.parameters.withUnsafeBufferPointer { weights in
        scratch.pages.withUnsafeBufferPointer { pages in
          guard let weights = weights.baseAddress, let pages = pages.baseAddress else { return }
          DecodingPass(
            decoder: decoder, sequences: sequences, scratch: scratch, weights: weights,
            pages: pages
          ).run(logits)
        }
      }
    }
  }

  private func run(_ logits: MutableFloats) {
    let width = model.width
    for start in stride(from: 0, to: scratch.rows.count, by: DecodingScratch.chunk) {
      let rows = scratch.rows[start..<min(start + DecodingScratch.chunk, scratch.rows.count)]
      advance(rows)
      for (index, row) in rows.enumerated() where row.position + 1 == sequence(row).end {
        (scratch.last.base + row.sequence * width).update(
          from: scratch.stream.base + index * width, count: width)
      }
    }
    kernels.normForward(
      scratch.last.base, scratch.last.base, weight: weights + layout.finalNorm, inverse: nil,
      rows: sequences.count, width: width, epsilon: model.normEpsilon)
    decoder.weights.head?.forward(logits, scratch.last.base, rows: sequences.count)
  }

  private func sequence(_ row: DecodingScratch.Row) -> Sequence {
    sequences[sequences.startIndex + row.sequence]
  }

  /// Computes all blocks for some rows.
  private func advance(_ rows: ArraySlice<DecodingScratch.Row>) {
    for (index, row) in rows.enumerated() {
      let y = scratch.stream.base + index * model.width
      let own = embedding(row.token)
      guard model.tokenShift else {
        y.update(from: own, count: model.width)
        continue
      }
      kernels.shiftForward(
        y, own, previous: row.previous.map(embedding), current: weights + layout.embeddingCurrent,
        shifted: weights + layout.embeddingShifted, width: model.width)
    }
    for index in 0..<model.layers {
      attend(index, rows)
      feedForward(index, count: rows.count)
    }
  }

  private func embedding(_ token: Int32) -> Floats {
    weights + layout.embedding + Int(token) * model.width
  }

  private func attend(_ index: Int, _ rows: ArraySlice<DecodingScratch.Row>) {
    let at = layout.blocks[index]
    let matrices = decoder.weights.blocks[index]
    let attention = decoder.attention
    let width = model.width
    let stride = model.projectionWidth
    let beforeKeys = width + model.keyValueWidth
    let normed = scratch.normed.base
    let projections = scratch.projections.base
    kernels.normForward(
      normed, scratch.stream.base, weight: weights + at.attentionNorm, inverse: nil,
      rows: rows.count, width: width, epsilon: model.normEpsilon)
    matrices.projections.forward(projections, normed, rows: rows.count, yStride: stride)
    if let keys = matrices.keys {
      shiftKeys(index, rows)
      keys.forward(
        projections + beforeKeys, scratch.keyInput.base, rows: rows.count, yStride: stride)
    }
    let offset = index * attention.layerCount
    for (place, row) in rows.enumerated() {
      let query = projections + place * stride
      let key = query + beforeKeys
      let first = scratch.firstPage[row.sequence]
      decoder.model.rotary.forward(query, heads: model.heads, position: row.position)
      decoder.model.rotary.forward(key, heads: model.keyValueHeads, position: row.position)
      kernels.writePage(
        attention, pages[first + row.position / PagedAttention.pagePositions] + offset, key: key,
        value: query + width, position: row.position)
      kernels.pagedAttention(
        attention,
        PagedAttention.Operands(
          output: scratch.attended.base + place * width, query: query, pages: pages + first,
          offset: offset, count: row.position + 1, scores: scratch.scores.base))
    }
    matrices.output.forward(
      scratch.stream.base, scratch.attended.base, rows: rows.count, accumulating: true)
  }

  /// Mixes each row with the previous one: its neighbour, or the last row that the cache has stored.
  private func shiftKeys(_ index: Int, _ rows: ArraySlice<DecodingScratch.Row>) {
    let at = layout.blocks[index]
    let width = model.width
    for (place, row) in rows.enumerated() {
      let own = scratch.normed.base + place * width
      let last = sequence(row).memory.lastInputs.map { $0.base + index * width }
      let isNeighbour = place > 0 && rows[rows.startIndex + place - 1].sequence == row.sequence
      let previous = isNeighbour ? own - width : last
      kernels.shiftForward(
        scratch.keyInput.base + place * width, own,
        previous: row.previous == nil ? nil : previous.map { Floats($0) },
        current: weights + at.keyCurrent, shifted: weights + at.keyShifted, width: width)
    }
    // Afterwards, because the first row of a chunk reads what the previous chunk stored.
    for (place, row) in rows.enumerated() {
      sequence(row).memory.lastInputs.map { $0.base + index * width }?.update(
        from: scratch.normed.base + place * width, count: width)
    }
  }

  private func feedForward(_ index: Int, count: Int) {
    let at = layout.blocks[index]
    let matrices = decoder.weights.blocks[index]
    kernels.normForward(
      scratch.normed.base, scratch.stream.base, weight: weights + at.feedForwardNorm,
      inverse: nil, rows: count, width: model.width, epsilon: model.normEpsilon)
    matrices.gates.forward(scratch.gates.base, scratch.normed.base, rows: count)
    kernels.gateForward(
      scratch.gated.base, scratch.gates.base, rows: count, width: model.feedForward)
    matrices.down.forward(
      scratch.stream.base, scratch.gated.base, rows: count, accumulating: true)
  }
}
