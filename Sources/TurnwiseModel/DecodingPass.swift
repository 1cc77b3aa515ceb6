internal import TurnwiseNumerics

/// New tokens of some sequences on their way through a model, on one thread.
///
/// The rows of all sequences lie one after the other, and pass through the model a chunk at a time.
/// Every step treats each row as if it were alone; see ``PackedWeight`` and ``PagedAttention``.
struct DecodingPass {
  /// A sequence to be extended.
  struct Sequence: Sendable {
    let tokens: [Int32]
    let memory: SequenceCache.Growth
  }

  /// A new token.
  private struct Row {
    let token: Int32
    let previous: Int32?
    let position: Int
    let sequence: Int
  }

  /// Rows that pass through the model together: as many as keep the scratch within the cache.
  private static let chunk = 128

  private let decoder: Transformer.Decoder
  private let scratch: DecodingScratch
  private let weights: Floats

  private var model: ModelConfiguration { decoder.model.configuration }
  private var layout: ParameterLayout { decoder.model.layout }

  /// Cuts sequences into runs of about equally many tokens.
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

  /// Extends sequences, and returns the logits after each, sequences × vocabulary.
  static func run(_ decoder: Transformer.Decoder, _ sequences: ArraySlice<Sequence>) -> [Float] {
    let model = decoder.model.configuration
    let sequences = Array(sequences)
    var rows: [Row] = []
    for (index, sequence) in sequences.enumerated() {
      for (offset, token) in sequence.tokens.enumerated() {
        rows.append(
          Row(
            token: token,
            previous: offset > 0 ? sequence.tokens[offset - 1] : sequence.memory.lastToken,
            position: sequence.memory.start + offset, sequence: index))
      }
    }
    let pages = sequences.map { $0.memory.pages.map(\.base) }
    let last = FloatBuffer(sequences.count * model.width)
    let logits = FloatBuffer(sequences.count * model.vocabulary)
    decoder.model.parameters.withUnsafeBufferPointer { weights in
      guard let base = weights.baseAddress else { return }
      let pass = DecodingPass(
        decoder: decoder, scratch: DecodingScratch(model, rows: min(rows.count, chunk)),
        weights: base)
      // Pointers keep nothing alive.
      defer { withExtendedLifetime((pass, last, logits)) {} }
      for start in stride(from: 0, to: rows.count, by: chunk) {
        let chunk = rows[start..<min(start + chunk, rows.count)]
        pass.advance(chunk, sequences, pages)
        for (index, row) in chunk.enumerated() {
          let isLast = row.position + 1 == sequences[row.sequence].end
          guard isLast else { continue }
          (last.base + row.sequence * model.width).update(
            from: pass.scratch.stream.base + index * model.width, count: model.width)
        }
      }
      RMSNorm.forward(
        last.base, last.base, weight: base + pass.layout.finalNorm, rows: sequences.count,
        width: model.width, epsilon: model.normEpsilon)
      decoder.weights.head.forward(logits.base, last.base, rows: sequences.count)
    }
    return Array(logits.array.prefix(sequences.count * model.vocabulary))
  }

  /// Takes some rows through all blocks.
  private func advance(_ rows: ArraySlice<Row>, _ sequences: [Sequence], _ pages: [[MutableFloats]])
  {
    for (index, row) in rows.enumerated() {
      let y = scratch.stream.base + index * model.width
      let own = embedding(row.token)
      guard model.tokenShift else {
        y.update(from: own, count: model.width)
        continue
      }
      TokenShift.forward(
        y, own, previous: row.previous.map(embedding), current: weights + layout.embeddingCurrent,
        shifted: weights + layout.embeddingShifted, width: model.width)
    }
    for index in 0..<model.layers {
      attend(index, rows, sequences, pages)
      feedForward(index, count: rows.count)
    }
  }

  private func embedding(_ token: Int32) -> Floats {
    weights + layout.embedding + Int(token) * model.width
  }

  private func attend(
    _ index: Int, _ rows: ArraySlice<Row>, _ sequences: [Sequence], _ pages: [[MutableFloats]]
  ) {
    let at = layout.blocks[index]
    let matrices = decoder.weights.blocks[index]
    let width = model.width
    let stride = model.projectionWidth
    let beforeKeys = width + model.keyValueWidth
    let normed = scratch.normed.base
    let projections = scratch.projections.base
    RMSNorm.forward(
      normed, scratch.stream.base, weight: weights + at.attentionNorm, rows: rows.count,
      width: width, epsilon: model.normEpsilon)
    matrices.projections.forward(projections, normed, rows: rows.count, yStride: stride)
    if let keys = matrices.keys {
      shiftKeys(index, rows, sequences)
      keys.forward(
        projections + beforeKeys, scratch.keyInput.base, rows: rows.count, yStride: stride)
    }
    let offset = index * decoder.attention.layerCount
    let positions = PagedAttention.pagePositions
    for (place, row) in rows.enumerated() {
      let query = projections + place * stride
      let key = query + beforeKeys
      decoder.model.rotary.forward(query, heads: model.heads, position: row.position)
      decoder.model.rotary.forward(key, heads: model.keyValueHeads, position: row.position)
      decoder.attention.write(
        pages[row.sequence][row.position / positions] + offset, key: key, value: query + width,
        position: row.position)
      decoder.attention.forward(
        scratch.attended.base + place * width, query: query, pages: pages[row.sequence],
        upcoming: upcoming(after: place, rows, pages), offset: offset, count: row.position + 1,
        scores: scratch.scores.base)
    }
    matrices.output.forward(
      scratch.stream.base, scratch.attended.base, rows: rows.count, accumulating: true)
  }

  /// The pages of the next row, if it belongs to another sequence.
  private func upcoming(
    after place: Int, _ rows: ArraySlice<Row>, _ pages: [[MutableFloats]]
  ) -> [MutableFloats] {
    let next = rows.startIndex + place + 1
    guard next < rows.endIndex, rows[next].sequence != rows[next - 1].sequence else { return [] }
    return pages[rows[next].sequence]
  }

  /// Mixes each row with the one before it: its neighbour here, or the last that the cache has
  /// seen.
  private func shiftKeys(_ index: Int, _ rows: ArraySlice<Row>, _ sequences: [Sequence]) {
    let at = layout.blocks[index]
    let width = model.width
    for (place, row) in rows.enumerated() {
      let own = scratch.normed.base + place * width
      let last = sequences[row.sequence].memory.lastInputs.map { $0.base + index * width }
      let isNeighbour = place > 0 && rows[rows.startIndex + place - 1].sequence == row.sequence
      let previous = isNeighbour ? own - width : last
      TokenShift.forward(
        scratch.keyInput.base + place * width, own,
        previous: row.previous == nil ? nil : previous.map { Floats($0) },
        current: weights + at.keyCurrent, shifted: weights + at.keyShifted, width: width)
    }
    // Afterwards, because the first row of a chunk reads what the chunk before it left.
    for (place, row) in rows.enumerated() {
      sequences[row.sequence].memory.lastInputs.map { $0.base + index * width }?.update(
        from: scratch.normed.base + place * width, count: width)
    }
  }

  private func feedForward(_ index: Int, count: Int) {
    let at = layout.blocks[index]
    let matrices = decoder.weights.blocks[index]
    RMSNorm.forward(
      scratch.normed.base, scratch.stream.base, weight: weights + at.feedForwardNorm, rows: count,
      width: model.width, epsilon: model.normEpsilon)
    matrices.gates.forward(scratch.gates.base, scratch.normed.base, rows: count)
    SwiGLU.forward(
      scratch.gated.base, scratch.gates.base, rows: count, width: model.feedForward)
    matrices.down.forward(
      scratch.stream.base, scratch.gated.base, rows: count, accumulating: true)
  }
}

extension DecodingPass.Sequence {
  /// Tokens after the new ones.
  fileprivate var end: Int { memory.start + tokens.count }
}

/// The memory of one chunk.
private struct DecodingScratch {
  let stream, normed, keyInput, projections, attended, gates, gated, scores: FloatBuffer

  init(_ model: ModelConfiguration, rows: Int) {
    stream = FloatBuffer(rows * model.width)
    normed = FloatBuffer(rows * model.width)
    keyInput = FloatBuffer(rows * model.width)
    projections = FloatBuffer(rows * model.projectionWidth)
    attended = FloatBuffer(rows * model.width)
    gates = FloatBuffer(rows * 2 * model.feedForward)
    gated = FloatBuffer(rows * model.feedForward)
    let positions = PagedAttention.pagePositions
    scores = FloatBuffer((model.context + positions - 1) / positions * positions)
  }
}
