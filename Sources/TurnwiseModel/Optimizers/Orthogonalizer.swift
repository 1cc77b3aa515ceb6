package import TurnwiseKernels
package import TurnwiseNumerics

/// Orthogonalises matrices one after another: brings their singular values close to 1.
package final class Orthogonalizer {
  /// The memory for the next matrix, row by row.
  package let matrix: MutableFloats
  private let other, square, polynomial, scratch: MutableFloats
  private let memory: Loan

  /// Takes memory that suffices for each of some matrices.
  ///
  /// - Parameters:
  ///   - shapes: The rows and columns of the matrices.
  ///   - pool: The pool that lends the memory.
  package init(for shapes: [(rows: Int, columns: Int)], from pool: BufferPool) {
    // Each part starts at a cache line.
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
  /// It takes five steps of a quintic Newton–Schulz iteration, with the coefficients of Jordan, which raise
  /// small values fast. A matrix of zeros stays zero.
  ///
  /// - Returns: The result, which is valid until the next call.
  package func run(rows: Int, columns: Int) -> Floats {
    let count = rows * columns
    let side = min(rows, columns)
    var (this, next) = (matrix, other)
    let norm = kernels.dot(this, this, count: count).squareRoot()
    // The squares of smaller elements would be lost.
    guard norm > 1e-15 else {
      this.update(repeating: 0, count: count)
      return Floats(this)
    }
    kernels.scale(this, by: 1 / norm, count: count)
    // Of the two products with the transposed matrix, the smaller one is used.
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
