internal import TurnwiseKernels
internal import TurnwiseNumerics

/// An optimiser's state: matrices move along their orthogonalised momentum (Muon; Jordan et al.,
/// 2024), all else by AdamW.
///
///     var optimizer = Muon(for: policy)
///     optimizer.update(&policy, gradient: gradient, learningRate: 3e-3)
///
/// What is rare in the data has a small gradient beside what is frequent. A step whose singular
/// values are all alike moves along both, so that look-ups which few episodes need are learned as
/// early as the common ones.
public struct Muon: Hashable, Sendable {
  /// How much of the mean gradient of a matrix a step keeps.
  public var momentum: Float
  /// The state of AdamW; its first moments of matrices are the momentum.
  private var adam: AdamW

  /// Starts afresh for a model.
  public init(for model: Transformer, momentum: Float = 0.95) {
    self.momentum = momentum
    adam = AdamW(for: model)
  }

  /// Moves a model against a gradient.
  ///
  /// The elements of a matrix move by a fifth of the learning rate in the root mean square, as those
  /// of AdamW do in the long run (Liu et al., 2025).
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - gradient: The gradient, as long as the model's parameters.
  ///   - learningRate: The step size.
  ///   - workers: The most threads to use. The result does not depend on it.
  public mutating func update(
    _ model: inout Transformer, gradient: [Float], learningRate: Float, workers: Int = 1
  ) {
    adam.update(&model, gradient: gradient, learningRate: learningRate) { !$0.isDecayed }
    let matrices = model.layout.slices.filter(\.isDecayed)
    let steps = steps(of: matrices, gradient, workers)
    let keep = 1 - learningRate * adam.weightDecay
    for (slice, step) in zip(matrices, steps) {
      adam.firstMoments.replaceSubrange(slice.range, with: step.average)
      let length = learningRate * Self.spread * Float(slice.shape.max() ?? 1).squareRoot()
      model.parameters.withUnsafeMutableBufferPointer { parameters in
        for (place, direction) in zip(slice.range, step.direction) {
          parameters[place] = keep * parameters[place] - length * direction
        }
      }
    }
  }

  private func steps(
    of matrices: [ParameterLayout.Slice], _ gradient: [Float], _ workers: Int
  ) -> [Step] {
    let (momentum, averages) = (momentum, adam.firstMoments)
    return Parallel.map(matrices.count, workers: workers, workspace: {}) { index, _ in
      Step(matrices[index], gradient: gradient, averages: averages, momentum: momentum)
    }
  }

  /// The root mean square of AdamW's steps, by learning rate (Liu et al., 2025).
  private static let spread: Float = 0.2

  /// The step of one matrix.
  private struct Step: Sendable {
    let average, direction: [Float]

    init(
      _ slice: ParameterLayout.Slice, gradient: [Float], averages: [Float], momentum: Float
    ) {
      let new = 1 - momentum
      let average = slice.range.map { momentum * averages[$0] + new * gradient[$0] }
      // Nesterov's: as if the next gradient were like this one.
      var direction = zip(slice.range, average).map { new * gradient[$0] + momentum * $1 }
      Muon.orthogonalize(&direction, rows: slice.shape[0], columns: slice.shape[1])
      (self.average, self.direction) = (average, direction)
    }
  }

  /// Brings the singular values of a matrix close to 1.
  ///
  /// Five steps of the quintic iteration whose coefficients Jordan chose to rise fast from small values
  /// (Newton and Schulz' converge slower). A matrix of zeros stays one.
  package static func orthogonalize(_ matrix: inout [Float], rows: Int, columns: Int) {
    let count = rows * columns
    let side = min(rows, columns)
    let (x, y) = (FloatBuffer(uninitialized: count), FloatBuffer(uninitialized: count))
    let square = FloatBuffer(uninitialized: side * side)
    let polynomial = FloatBuffer(uninitialized: side * side)
    var (this, next) = (x.base, y.base)
    matrix.withUnsafeBufferPointer { matrix in
      if let base = matrix.baseAddress { this.update(from: base, count: count) }
    }
    let norm = kernels.dot(this, this, count: count).squareRoot()
    // Nothing to turn; of smaller ones the squares are lost.
    guard norm > 1e-15 else { return matrix = [Float](repeating: 0, count: count) }
    kernels.scale(this, by: 1 / norm, count: count)
    // The smaller of the two products with the transposed matrix.
    let isWide = rows <= columns
    for _ in 0..<5 {
      MatrixProduct.multiply(
        square.base, this, this, m: side, n: side, k: max(rows, columns), cStride: side,
        aStride: columns, bStride: columns, aTransposed: !isWide, bTransposed: isWide)
      polynomial.base.update(from: square.base, count: side * side)
      kernels.scale(polynomial.base, by: -4.7750, count: side * side)
      MatrixProduct.multiply(
        polynomial.base, square.base, square.base, m: side, n: side, k: side, cStride: side,
        aStride: side, bStride: side, scale: 2.0315, accumulating: true)
      next.update(from: this, count: count)
      kernels.scale(next, by: 3.4445, count: count)
      MatrixProduct.multiply(
        next, isWide ? polynomial.base : this, isWide ? this : polynomial.base, m: rows,
        n: columns, k: side, cStride: columns, aStride: isWide ? side : columns, bStride: columns,
        accumulating: true)
      swap(&this, &next)
    }
    matrix = Array(UnsafeBufferPointer(start: this, count: count))
    withExtendedLifetime((x, y, square, polynomial)) {}
  }
}
