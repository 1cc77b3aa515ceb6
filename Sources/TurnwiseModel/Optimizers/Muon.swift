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
    _ model: inout Transformer, gradient: Gradient, learningRate: Float, workers: Int = 1
  ) {
    adam.update(&model, gradient: gradient, learningRate: learningRate) { !$0.isDecayed }
    let matrices = model.layout.slices.filter(\.isDecayed)
    let memory = model.memory
    let shapes = matrices.map { (rows: $0.shape[0], columns: $0.shape[1]) }
    let (old, new) = (momentum, 1 - momentum)
    let keep = 1 - learningRate * adam.weightDecay
    model.parameters.withUnsafeMutableBufferPointer { parameters in
      adam.firstMoments.withUnsafeMutableBufferPointer { averages in
        gradient.withFloats { gradient in
          guard let parameters = parameters.baseAddress, let averages = averages.baseAddress
          else { return }
          // Each matrix is moved by one thread.
          nonisolated(unsafe) let (weights, momenta, slopes) = (parameters, averages, gradient)
          _ = Parallel.map(
            matrices.count, workers: workers,
            workspace: { Orthogonalizer(for: shapes, from: memory) }
          ) { index, orthogonalizer in
            let (start, count) = (matrices[index].range.lowerBound, matrices[index].range.count)
            let (average, slope) = (momenta + start, slopes + start)
            kernels.scale(average, by: old, count: count)
            kernels.add(average, new, times: slope, count: count)
            // Nesterov's: as if the next gradient were like this one.
            let direction = orthogonalizer.matrix
            direction.update(from: average, count: count)
            kernels.scale(direction, by: old, count: count)
            kernels.add(direction, new, times: slope, count: count)
            let (rows, columns) = shapes[index]
            let step = orthogonalizer.run(rows: rows, columns: columns)
            kernels.scale(weights + start, by: keep, count: count)
            let length = learningRate * Self.spread * Float(max(rows, columns)).squareRoot()
            kernels.add(weights + start, -length, times: step, count: count)
          }
        }
      }
    }
  }

  /// The root mean square of AdamW's steps, by learning rate (Liu et al., 2025).
  private static let spread: Float = 0.2
}
