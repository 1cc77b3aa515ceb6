/// Causal attention of one sequence, with several query heads to a key and value head.
///
/// Head h uses key head h / (heads / keyValueHeads). Rows are taken twelve at a time; keys past their
/// last one are left out.
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

  /// The first block of the rows from `first` on.
  package func firstBlock(from first: Int = 0, length: Int) -> Block {
    Block(first: first, last: min(first + Self.blockRows, length), offset: 0)
  }

  /// Floats that the probabilities of one head take, in the rows from `first` on.
  package func headProbabilityCount(from first: Int = 0, length: Int) -> Int {
    var block = firstBlock(from: first, length: length)
    while let next = block.next(length: length) { block = next }
    return block.offset + (block.last - block.first) * block.stride
  }

  /// Floats that the probabilities of a sequence of `length` take, over all heads.
  package func probabilityCount(from first: Int = 0, length: Int) -> Int {
    heads * headProbabilityCount(from: first, length: length)
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
    /// The query of position ``first``, and the distance between queries.
    package var query: MutableFloats
    package var stride: Int
    /// The key and value of position 0.
    package var key, value: MutableFloats
    /// The distance between keys, and between values.
    package var keyStride: Int
    /// The output of position ``first``, heads · headWidth wide.
    package var output: MutableFloats
    /// The distance between rows of the output.
    package var outputStride: Int
    /// Room for ``CausalAttention/probabilityCount(from:length:)`` floats.
    package var probabilities: MutableFloats
    /// The positions that only have keys and values, because another sequence has their rows.
    package var first: Int
    /// The number of positions.
    package var length: Int

    /// Names the memory.
    package init(
      query: MutableFloats, stride: Int, key: MutableFloats, value: MutableFloats, keyStride: Int,
      output: MutableFloats, outputStride: Int, probabilities: MutableFloats, first: Int = 0,
      length: Int
    ) {
      (self.query, self.stride) = (query, stride)
      (self.key, self.value, self.keyStride) = (key, value, keyStride)
      (self.output, self.outputStride) = (output, outputStride)
      (self.probabilities, self.first, self.length) = (probabilities, first, length)
    }

    /// The number of positions that have rows.
    package var rows: Int { length - first }
  }
}
