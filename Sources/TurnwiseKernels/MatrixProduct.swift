/// A product c = a b of matrices that are stored row by row.
///
/// A factor that is marked as transposed is stored as its transpose.
package struct MatrixProduct {
  /// The result, rows × columns.
  package var c: MutableFloats
  /// The distance between rows of c.
  package var cStride: Int
  /// The first factor, rows × depth.
  package var a: Floats
  /// The distance between stored rows of a.
  package var aStride: Int
  /// Whether a is stored as depth × rows.
  package var aTransposed: Bool
  /// The second factor, depth × columns.
  package var b: Floats
  /// The distance between stored rows of b.
  package var bStride: Int
  /// Whether b is stored as columns × depth.
  package var bTransposed: Bool
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

  /// The rows and columns of the second factor that are laid out in panels at a time.
  package static let blockDepth = Blocking.depth, blockColumns = 768
  /// The number of floats of these panels: 768 KB.
  package static let panelCount = blockDepth * blockColumns
  /// The number of rows of a transposed first factor in a strip, and the number that are copied at a time.
  package static let stripRows = 12, copiedRows = 96
  /// Returns the distance between strips, which have 16 floats for each element of the depth.
  ///
  /// It is not a power of two, so that strips do not fall into few sets of the cache.
  package static func stripSize(depth: Int) -> Int { 16 * (depth + 3) }
  /// The number of floats of scratch memory for a product.
  package static let scratchCount =
    panelCount + copiedRows / stripRows * stripSize(depth: blockDepth)
}
