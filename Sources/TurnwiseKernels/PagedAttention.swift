/// Attention of one row to keys and values that are stored in pages of sixteen positions.
///
/// Sums run over positions in a fixed order. So a row has the same bits whether it is computed alone or
/// with others, wherever its pages lie in memory.
package struct PagedAttention: Sendable {
  /// The number of positions of a page: one for each lane of a vector.
  package static let pagePositions = 16

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
    precondition(
      headWidth.isMultiple(of: 2), "The width of a head must be even, but is \(headWidth).")
    (self.heads, self.keyValueHeads, self.headWidth) = (heads, keyValueHeads, headWidth)
  }

  /// The number of floats of one layer of a page: keys as head × element × position, then values as head ×
  /// position × element.
  package var layerCount: Int { 2 * keyValueHeads * headWidth * Self.pagePositions }

  /// Returns the number of pages for `count` positions.
  package static func pages(_ count: Int) -> Int { (count + pagePositions - 1) / pagePositions }

  /// The memory of one row.
  package struct Operands {
    /// The output, heads × headWidth.
    package var output: MutableFloats
    /// The query, heads × headWidth.
    package var query: Floats
    /// The pages of the sequence.
    ///
    /// After the last position they contain finite numbers.
    package var pages: UnsafePointer<MutableFloats>
    /// The start of the layer in a page.
    package var offset: Int
    /// The number of positions to attend to, at least one.
    package var count: Int
    /// Memory for as many floats as the pages have positions.
    package var scores: MutableFloats

    /// Creates operands.
    package init(
      output: MutableFloats, query: Floats, pages: UnsafePointer<MutableFloats>, offset: Int,
      count: Int, scores: MutableFloats
    ) {
      (self.output, self.query, self.pages) = (output, query, pages)
      (self.offset, self.count, self.scores) = (offset, count, scores)
    }
  }
}
