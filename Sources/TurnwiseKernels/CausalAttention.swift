/// Causal attention of one sequence, with several query heads for each key and value head.
///
/// Head h uses key head h / (heads / keyValueHeads). Twelve rows are computed at a time; keys after the
/// last of these rows are not read.
package struct CausalAttention: Sendable {
  /// The number of query heads.
  package let heads: Int
  /// The number of key and value heads.
  package let keyValueHeads: Int
  /// The number of elements of a head.
  package let headWidth: Int

  /// Creates attention with heads of a size.
  package init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    precondition(
      heads.isMultiple(of: keyValueHeads),
      "\(heads) query heads cannot share \(keyValueHeads) key heads evenly.")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headWidth = headWidth
  }

  /// The number of query heads that share a key head.
  package var group: Int { heads / keyValueHeads }

  /// Rows of a sequence whose probabilities are stored together.
  package struct Block {
    /// The first row, and the row after the last one.
    package let first, last: Int
    /// The start of the block's probabilities among those of its head.
    package let offset: Int
    /// The distance between rows: an odd number of cache lines, so that a column does not fall into few
    /// sets of the cache.
    package var stride: Int { ((last + 31) / 32 * 2 | 1) * 16 }
    /// Returns the next block of a sequence of `length`; `nil` after the last one.
    package func next(length: Int) -> Block? {
      guard last < length else { return nil }
      return Block(
        first: last, last: Swift.min(last + CausalAttention.blockRows, length),
        offset: offset + (last - first) * stride)
    }
  }

  /// The number of rows of a block, a multiple of ``tileRows``: enough for long sums in the gradients of
  /// keys.
  static let blockRows = 96
  /// The number of rows that are computed at a time.
  package static let tileRows = 12

  /// Returns the first block of the rows from `first` on.
  package func firstBlock(from first: Int = 0, length: Int) -> Block {
    Block(first: first, last: min(first + Self.blockRows, length), offset: 0)
  }

  /// Returns the number of floats for the probabilities of one head, in the rows from `first` on.
  package func headProbabilityCount(from first: Int = 0, length: Int) -> Int {
    var block = firstBlock(from: first, length: length)
    while let next = block.next(length: length) { block = next }
    return block.offset + (block.last - block.first) * block.stride
  }

  /// Returns the number of floats for the probabilities of all heads, in the rows from `first` on.
  package func probabilityCount(from first: Int = 0, length: Int) -> Int {
    heads * headProbabilityCount(from: first, length: length)
  }

  /// Returns the number of floats of a matrix length × headWidth in panels.
  package func panelCount(length: Int) -> Int {
    (length + 31) / 32 * 32 * ((headWidth + 31) / 32 * 32)
  }

  /// Returns the number of floats of scratch memory for the forward and the backward pass.
  package func scratchCount(length: Int) -> Int {
    4 * panelCount(length: length) + Self.blockRows * (length + 64)
  }

  /// The memory of one sequence.
  package struct Operands {
    /// The query of position ``first``.
    package var query: MutableFloats
    /// The distance between queries.
    package var stride: Int
    /// The key and value of position 0.
    package var key, value: MutableFloats
    /// The distance between keys, and between values.
    package var keyStride: Int
    /// The output of position ``first``; a row has heads · headWidth elements.
    package var output: MutableFloats
    /// The distance between rows of the output.
    package var outputStride: Int
    /// Memory for ``CausalAttention/probabilityCount(from:length:)`` floats.
    package var probabilities: MutableFloats
    /// The number of positions that have only keys and values, as their rows belong to another sequence.
    package var first: Int
    /// The number of positions.
    package var length: Int

    /// Creates operands.
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
