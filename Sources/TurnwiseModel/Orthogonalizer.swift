package import TurnwiseKernels
internal import TurnwiseNumerics

/// Memory in which matrices are brought to singular values close to 1, one after another.
package final class Orthogonalizer {
  private let x, y, square, polynomial, scratch: FloatBuffer

  /// Makes room.
  ///
  /// - Parameter shapes: The rows and columns of each matrix that will come.
  package init(for shapes: [(rows: Int, columns: Int)]) {
    let count = shapes.map { $0.rows * $0.columns }.max() ?? 0
    let side = shapes.map { min($0.rows, $0.columns) }.max() ?? 0
    (x, y) = (FloatBuffer(uninitialized: count), FloatBuffer(uninitialized: count))
    square = FloatBuffer(uninitialized: side * side)
    polynomial = FloatBuffer(uninitialized: side * side)
    scratch = FloatBuffer(uninitialized: MatrixProduct.scratchCount)
  }

  /// Where the next matrix is put, row by row.
  package var matrix: MutableFloats { x.base }

  /// Orthogonalises ``matrix``.
  ///
  /// Five steps of the quintic iteration whose coefficients Jordan chose to rise fast from small values
  /// (Newton and Schulz' converge slower). A matrix of zeros stays one.
  ///
  /// - Returns: The result, which lasts until the next call.
  package func run(rows: Int, columns: Int) -> Floats {
    let count = rows * columns
    let side = min(rows, columns)
    var (this, next) = (x.base, y.base)
    let norm = kernels.dot(this, this, count: count).squareRoot()
    // Nothing to turn; of smaller ones the squares are lost.
    guard norm > 1e-15 else {
      this.update(repeating: 0, count: count)
      return Floats(this)
    }
    kernels.scale(this, by: 1 / norm, count: count)
    // The smaller of the two products with the transposed matrix.
    let isWide = rows <= columns
    for _ in 0..<5 {
      MatrixProduct(
        c: square.base, cStride: side, a: this, aStride: columns, aTransposed: !isWide, b: this,
        bStride: columns, bTransposed: isWide, rows: side, columns: side, depth: max(rows, columns)
      ).compute(scratch: scratch.base)
      MatrixProduct(
        c: polynomial.base, cStride: side, a: square.base, aStride: side, b: square.base,
        bStride: side, rows: side, columns: side, depth: side
      ).compute(scratch: scratch.base)
      kernels.scale(polynomial.base, by: 2.0315, count: side * side)
      kernels.add(polynomial.base, -4.7750, times: square.base, count: side * side)
      next.update(from: this, count: count)
      kernels.scale(next, by: 3.4445, count: count)
      MatrixProduct(
        c: next, cStride: columns, a: isWide ? polynomial.base : this,
        aStride: isWide ? side : columns, b: isWide ? this : polynomial.base, bStride: columns,
        rows: rows, columns: columns, depth: side, isAccumulating: true
      ).compute(scratch: scratch.base)
      swap(&this, &next)
    }
    return Floats(this)
  }
}
