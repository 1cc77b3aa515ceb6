/// A product of matrices of which the second is in panels; see
/// ``Kernels/packTransposed(_:_:stride:columns:depth:panelDepth:)``.
package struct PanelProduct {
  /// The result, rows × columns.
  package var c: MutableFloats
  package var cStride: Int
  /// The first factor, rows × depth.
  package var a: Floats
  package var aStride: Int
  /// The second factor.
  package var panels: Floats
  /// Rows from one panel to the next, at least `depth`.
  package var panelDepth: Int
  package var rows: Int
  package var columns: Int
  package var depth: Int
  /// Whether c holds what the sums start from.
  package var isAccumulating: Bool

  /// Names the memory.
  package init(
    c: MutableFloats, cStride: Int, a: Floats, aStride: Int, panels: Floats, panelDepth: Int,
    rows: Int, columns: Int, depth: Int, isAccumulating: Bool = false
  ) {
    (self.c, self.cStride, self.a, self.aStride) = (c, cStride, a, aStride)
    (self.panels, self.panelDepth) = (panels, panelDepth)
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    self.isAccumulating = isAccumulating
  }
}

/// How products are cut so that what is read again lies in a near cache.
package enum Blocking {
  /// Rows of a panel that are worked on at once, at most: a strip of twelve rows then takes 12 KB.
  package static let depth = 256
  /// Columns that are worked on at once: with the depth, 320 KB.
  package static let columns = 320
  /// Rows up to which a panel stays in a near cache while all rows pass by; with more, a strip of rows
  /// does while all panels pass by.
  package static let fewRows = 96

  /// The rows of the parts that a panel of `depth` rows is cut into: about equally many, since a short
  /// part costs as much to start as a long one, and a multiple of the four that are unrolled.
  package static func part(of depth: Int) -> Int {
    let parts = max(1, (depth + Self.depth - 1) / Self.depth)
    return ((depth + parts - 1) / parts + 3) / 4 * 4
  }
}
