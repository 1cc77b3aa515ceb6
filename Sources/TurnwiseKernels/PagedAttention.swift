/// Attention of one row to keys and values kept in pages of sixteen positions.
///
/// Sums run over positions in one fixed order, so a row has the same bits whether it came alone or
/// with others, and whichever memory its pages are in.
package struct PagedAttention: Sendable {
  /// Positions in a page: one for each lane of a vector.
  package static let pagePositions = 16

  /// Query heads.
  package let heads: Int
  /// Key and value heads.
  package let keyValueHeads: Int
  /// Elements of one head.
  package let headWidth: Int

  /// Describes the heads.
  package init(heads: Int, keyValueHeads: Int, headWidth: Int) {
    precondition(heads.isMultiple(of: keyValueHeads), "Query heads are shared out evenly.")
    precondition(headWidth.isMultiple(of: 2), "Scores take two elements of a head at a time.")
    (self.heads, self.keyValueHeads, self.headWidth) = (heads, keyValueHeads, headWidth)
  }

  /// Floats that one layer of one page takes: keys by head × element × position, values by head ×
  /// position × element.
  package var layerCount: Int { 2 * keyValueHeads * headWidth * Self.pagePositions }

  /// Pages that `count` positions take.
  package static func pages(_ count: Int) -> Int { (count + pagePositions - 1) / pagePositions }

  /// The memory of one row.
  package struct Operands {
    /// Heads × headWidth.
    package var output: MutableFloats
    /// Heads × headWidth.
    package var query: Floats
    /// The pages of the sequence.
    ///
    /// Past the last position they hold finite numbers.
    package var pages: UnsafePointer<MutableFloats>
    /// Where the layer starts in a page.
    package var offset: Int
    /// The positions to look at, at least one.
    package var count: Int
    /// Room for as many floats as the pages have positions.
    package var scores: MutableFloats

    /// Names the memory.
    package init(
      output: MutableFloats, query: Floats, pages: UnsafePointer<MutableFloats>, offset: Int,
      count: Int, scores: MutableFloats
    ) {
      (self.output, self.query, self.pages) = (output, query, pages)
      (self.offset, self.count, self.scores) = (offset, count, scores)
    }
  }
}
