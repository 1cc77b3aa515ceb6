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
  /// A matrix moves about as far as with AdamW at the same learning rate (Liu et al., 2025).
  public mutating func update(
    _ model: inout Transformer, gradient: [Float], learningRate: Float
  ) {
    adam.update(&model, gradient: gradient, learningRate: learningRate) { !$0.isDecayed }
    let keep = 1 - learningRate * adam.weightDecay
    for slice in model.layout.slices where slice.isDecayed {
      let (rows, columns) = (slice.shape[0], slice.shape[1])
      var direction = gradient[slice.range].map { $0 * (1 - momentum) }
      for (i, place) in slice.range.enumerated() {
        let average = momentum * adam.firstMoments[place] + direction[i]
        adam.firstMoments[place] = average
        // Nesterov's: as if the next gradient were like this one.
        direction[i] += momentum * average
      }
      Self.orthogonalize(&direction, rows: rows, columns: columns)
      let length = learningRate * Self.spread * Float(max(rows, columns)).squareRoot()
      for (i, place) in slice.range.enumerated() {
        model.parameters[place] = keep * model.parameters[place] - length * direction[i]
      }
    }
  }

  /// The root mean square of AdamW's steps, by learning rate (Liu et al., 2025).
  private static let spread: Float = 0.2

  /// Brings the singular values of a matrix close to 1, in five steps of the quintic iteration whose
  /// coefficients Jordan chose to rise fast from small values (Newton and Schulz' converge slower).
  package static func orthogonalize(_ matrix: inout [Float], rows: Int, columns: Int) {
    let norm = matrix.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard norm > 0 else { return }
    for i in matrix.indices { matrix[i] /= norm }
    // The smaller of the two products with the transposed matrix.
    let isWide = rows <= columns
    let side = min(rows, columns)
    var square = [Float](repeating: 0, count: side * side)
    var next = matrix
    for _ in 0..<5 {
      product(
        &square, matrix, matrix, (side, side, max(rows, columns)), (columns, columns),
        aTransposed: !isWide, bTransposed: isWide)
      var polynomial = square.map { -4.7750 * $0 }
      product(&polynomial, square, square, (side, side, side), (side, side), scale: 2.0315)
      next = matrix.map { 3.4445 * $0 }
      if isWide {
        product(&next, polynomial, matrix, (rows, columns, side), (side, columns))
      } else {
        product(&next, matrix, polynomial, (rows, columns, side), (columns, side))
      }
      swap(&matrix, &next)
      for i in square.indices { square[i] = 0 }
    }
  }

  /// Adds a product to `c`.
  private static func product(
    _ c: inout [Float], _ a: [Float], _ b: [Float], _ size: (m: Int, n: Int, k: Int),
    _ strides: (a: Int, b: Int), aTransposed: Bool = false, bTransposed: Bool = false,
    scale: Float = 1
  ) {
    c.withUnsafeMutableBufferPointer { c in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let c = c.baseAddress, let a = a.baseAddress, let b = b.baseAddress else { return }
          MatrixProduct.multiply(
            c, a, b, m: size.m, n: size.n, k: size.k, cStride: size.n, aStride: strides.a,
            bStride: strides.b, aTransposed: aTransposed, bTransposed: bTransposed, scale: scale,
            accumulating: true)
        }
      }
    }
  }
}
