internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The optimiser Muon (Jordan et al., 2024), and its state: matrices move along their orthogonalised
/// momentum, all other weights by AdamW.
///
///     var optimizer = Muon(for: policy)
///     optimizer.update(&policy, gradient: gradient, learningRate: 3e-3)
///
/// What is rare in the data has a small gradient compared with what is frequent. A step whose singular
/// values are all equal moves along both, so that associations which few episodes need are learned as
/// early as common ones.
public struct Muon: Hashable, Sendable {
  /// The decay of the mean gradient of a matrix.
  public var momentum: Float
  /// The state of AdamW; the first moments of matrices are their momentum.
  private var adam: AdamW

  /// Creates an optimiser for a model, with moments of zero.
  public init(for model: Transformer, momentum: Float = 0.95) {
    self.momentum = momentum
    adam = AdamW(for: model)
  }

  /// Updates a model by one step against a gradient.
  ///
  /// The elements of a matrix move by a fifth of the learning rate in the root mean square, as with AdamW
  /// in the long run (Liu et al., 2025).
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - gradient: The gradient, as long as the model's parameters.
  ///   - learningRate: The step size.
  ///   - workers: The maximum number of threads. The result does not depend on it.
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
          // Only one thread accesses each matrix.
          nonisolated(unsafe) let (weights, momenta, slopes) = (parameters, averages, gradient)
          _ = Parallel.map(
            matrices.count, workers: workers,
            workspace: { Orthogonalizer(for: shapes, from: memory) }
          ) { index, orthogonalizer in
            let (start, count) = (matrices[index].range.lowerBound, matrices[index].range.count)
            let (average, slope) = (momenta + start, slopes + start)
            kernels.scale(average, by: old, count: count)
            kernels.add(average, new, times: slope, count: count)
            // Nesterov's momentum: as if the next gradient were equal to this one.
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

  /// The root mean square of AdamW's steps, divided by the learning rate (Liu et al., 2025).
  private static let spread: Float = 0.2
}
