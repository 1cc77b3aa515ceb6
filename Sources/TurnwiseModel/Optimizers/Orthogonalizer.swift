package import TurnwiseKernels
package import TurnwiseNumerics

/// Memory in which matrices are brought to singular values close to 1, one after another.
package final class Orthogonalizer {
  /// Where the next matrix is put, row by row.
  package let matrix: MutableFloats
  private let other, square, polynomial, scratch: MutableFloats
  private let memory: BufferPool.Loan

  /// Takes memory.
  ///
  /// - Parameters:
  ///   - shapes: The rows and columns of each matrix that will come.
  ///   - pool: Where the memory is from.
  package init(for shapes: [(rows: Int, columns: Int)], from pool: BufferPool) {
    // Each part starts a cache line.
    func whole(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    let count = whole(shapes.map { $0.rows * $0.columns }.max() ?? 0)
    let side = shapes.map { min($0.rows, $0.columns) }.max() ?? 0
    let area = whole(side * side)
    memory = pool.lend(2 * (count + area) + MatrixProduct.scratchCount)
    matrix = memory.base
    other = matrix + count
    square = other + count
    polynomial = square + area
    scratch = polynomial + area
  }

  /// Orthogonalises ``matrix``.
  ///
  /// Five steps of the quintic iteration whose coefficients Jordan chose to rise fast from small values
  /// (Newton and Schulz' converge slower). A matrix of zeros stays one.
  ///
  /// - Returns: The result, which lasts until the next call.
  package func run(rows: Int, columns: Int) -> Floats {
    let count = rows * columns
    let side = min(rows, columns)
    var (this, next) = (matrix, other)
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
        c: square, cStride: side, a: this, aStride: columns, aTransposed: !isWide, b: this,
        bStride: columns, bTransposed: isWide, rows: side, columns: side, depth: max(rows, columns)
      ).compute(scratch: scratch)
      MatrixProduct(
        c: polynomial, cStride: side, a: square, aStride: side, b: square,
        bStride: side, rows: side, columns: side, depth: side
      ).compute(scratch: scratch)
      kernels.scale(polynomial, by: 2.0315, count: side * side)
      kernels.add(polynomial, -4.7750, times: square, count: side * side)
      next.update(from: this, count: count)
      kernels.scale(next, by: 3.4445, count: count)
      MatrixProduct(
        c: next, cStride: columns, a: isWide ? polynomial : this,
        aStride: isWide ? side : columns, b: isWide ? this : polynomial, bStride: columns,
        rows: rows, columns: columns, depth: side, isAccumulating: true
      ).compute(scratch: scratch)
      swap(&this, &next)
    }
    return Floats(this)
  }
}
