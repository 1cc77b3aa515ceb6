/// A product c = a b of matrices whose second factor is laid out in panels.
///
/// See ``Kernels/packTransposed(_:_:stride:columns:depth:panelDepth:)``.
package struct PanelProduct {
  /// The result, rows × columns.
  package var c: MutableFloats
  /// The distance between rows of c.
  package var cStride: Int
  /// The first factor, rows × depth.
  package var a: Floats
  /// The distance between rows of a.
  package var aStride: Int
  /// The second factor, in panels.
  package var panels: Floats
  /// The number of rows from one panel to the next, at least `depth`.
  package var panelDepth: Int
  /// The number of rows of the result.
  package var rows: Int
  /// The number of columns of the result.
  package var columns: Int
  /// The number of terms of each sum.
  package var depth: Int
  /// Whether the product is added to c instead of replacing it.
  package var isAccumulating: Bool

  /// Creates a product.
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
