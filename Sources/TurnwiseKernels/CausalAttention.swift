/// Causal attention of one sequence, with several query heads to a key and value head.
///
/// Queries, keys and values are rows of one matrix, `stride` apart; head h uses key head h / (heads
/// / keyValueHeads). Rows are taken twelve at a time; keys past their last one are left out.
package struct CausalAttention: Sendable {
  /// Query heads.
  package let heads: Int
  /// Key and value heads.
  package let keyValueHeads: Int
  /// Elements of one head.
  package let headWidth: Int

  /// Describes the heads.
  package init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    precondition(heads.isMultiple(of: keyValueHeads), "Query heads are shared out evenly.")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
  }

  /// Query heads that share a key head.
  package var group: Int { heads / keyValueHeads }

  /// Some rows of a sequence whose probabilities lie together.
  package struct Block {
    /// The first row, and the one past the last.
    package let first, last: Int
    /// Where the block's probabilities start among those of its head.
    package let offset: Int
    /// The distance between its rows: an odd number of cache lines, so that a column of them does not
    /// crowd into few places of the cache.
    package var stride: Int { ((last + 31) / 32 * 2 | 1) * 16 }
    /// The block past which a sequence of `length` has no rows.
    package func next(length: Int) -> Block? {
      guard last < length else { return nil }
      return Block(
        first: last, last: Swift.min(last + CausalAttention.blockRows, length),
        offset: offset + (last - first) * stride)
    }
  }

  /// Rows of a block, a multiple of ``tileRows``: enough to make gradients of keys in long sums.
  static let blockRows = 96
  /// Rows that are taken at a time.
  package static let tileRows = 12

  /// The first block of a sequence.
  package func firstBlock(length: Int) -> Block {
    Block(first: 0, last: min(Self.blockRows, length), offset: 0)
  }

  /// Floats that the probabilities of one head take.
  package func headProbabilityCount(length: Int) -> Int {
    var block = firstBlock(length: length)
    while let next = block.next(length: length) { block = next }
    return block.offset + (block.last - block.first) * block.stride
  }

  /// Floats that the probabilities of a sequence of `length` take, over all heads.
  package func probabilityCount(length: Int) -> Int {
    heads * headProbabilityCount(length: length)
  }

  /// Floats of a matrix length × headWidth in panels.
  package func panelCount(length: Int) -> Int {
    (length + 31) / 32 * 32 * ((headWidth + 31) / 32 * 32)
  }

  /// Floats of scratch that both ways need.
  package func scratchCount(length: Int) -> Int {
    4 * panelCount(length: length) + Self.blockRows * (length + 64)
  }

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
}
