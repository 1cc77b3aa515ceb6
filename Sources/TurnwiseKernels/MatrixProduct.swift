/// A product of matrices as they lie in memory, row by row: the transpose of a factor that is named
/// transposed.
package struct MatrixProduct {
  /// The result, rows × columns.
  package var c: MutableFloats
  package var cStride: Int
  /// The first factor, rows × depth.
  package var a: Floats
  package var aStride: Int
  package var aTransposed: Bool
  /// The second factor, depth × columns.
  package var b: Floats
  package var bStride: Int
  package var bTransposed: Bool
  package var rows: Int
  package var columns: Int
  package var depth: Int
  /// Whether c holds what the sums start from.
  package var isAccumulating: Bool

  /// Names the memory.
  package init(
    c: MutableFloats, cStride: Int, a: Floats, aStride: Int, aTransposed: Bool = false, b: Floats,
    bStride: Int, bTransposed: Bool = false, rows: Int, columns: Int, depth: Int,
    isAccumulating: Bool = false
  ) {
    (self.c, self.cStride) = (c, cStride)
    (self.a, self.aStride, self.aTransposed) = (a, aStride, aTransposed)
    (self.b, self.bStride, self.bTransposed) = (b, bStride, bTransposed)
    (self.rows, self.columns, self.depth) = (rows, columns, depth)
    self.isAccumulating = isAccumulating
  }

  /// Elements of the depth, and columns, of the second factor that are laid out in panels at a time.
  package static let blockDepth = Blocking.depth, blockColumns = 768
  /// Floats of such panels: 768 KB.
  package static let panelCount = blockDepth * blockColumns
  /// Rows of a transposed first factor that are brought together, and those that are at a time.
  package static let stripRows = 12, copiedRows = 96
  /// Floats from one strip to the next, whose rows have 16 places each: not a power of two, so that
  /// strips do not crowd into few places of the cache.
  package static func stripSize(depth: Int) -> Int { 16 * (depth + 3) }
  /// Floats of scratch that a product needs.
  package static let scratchCount =
    panelCount + copiedRows / stripRows * stripSize(depth: blockDepth)
}
