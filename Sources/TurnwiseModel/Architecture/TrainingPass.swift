internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// The forward and backward pass of one microbatch, on one thread.
///
/// The steps are in extensions, each with its forward and backward part: ``attentionForward(_:)``,
/// ``feedForwardForward(_:)``, ``headForward()``.
struct TrainingPass {
  let model: ModelConfiguration
  let layout: ParameterLayout
  let rotary: RotaryEmbedding
  let attention: CausalAttention
  let weights: Floats
  let packed: PackedWeights
  let batch: Microbatch
  let activations: Activations
  /// Whether the gradient is set rather than added to.
  let isFirst: Bool

  /// The number of rows of the microbatch.
  var rows: Int { batch.tokens.count }

  /// Computes the outputs.
  func forward() {
    embed()
    for index in 0..<model.layers {
      attentionForward(index)
      feedForwardForward(index)
    }
    headForward()
  }

  /// Adds to the gradient of each parameter, given the derivatives by the outputs.
  ///
  /// The first pass sets the gradient, whose values are undefined before it.
  func backward(_ gradient: MutableFloats) {
    if isFirst {
      // Products set the matrices; clearing them as well took 2 % of a step.
      for slice in layout.slices where !isProduct(slice) {
        (gradient + slice.range.lowerBound).update(repeating: 0, count: slice.range.count)
      }
    }
    guard let gradients = activations.gradients else {
      mistake("The activations of this pass have no memory for gradients.")
    }
    headBackward(gradient, gradients)
    for index in (0..<model.layers).reversed() {
      feedForwardBackward(index, gradient, gradients)
      attentionBackward(index, gradient, gradients)
    }
    embedBackward(gradient, gradients)
  }

  /// Whether a product sets the whole gradient of the weight before anything is added to it.
  private func isProduct(_ slice: ParameterLayout.Slice) -> Bool {
    slice.isBlockMatrix || slice.isEmbedding && model.head == .tokens
  }

  /// Sets the stream to the embedding of each token, mixed with that of the previous token.
  private func embed() {
    forEachToken { row, token, previous in
      let y = activations.block(0).input + row * model.width
      guard model.tokenShift else { return y.update(from: weights + token, count: model.width) }
      kernels.shiftForward(
        y, weights + token, previous: previous.map { weights + $0 },
        current: weights + layout.embeddingCurrent, shifted: weights + layout.embeddingShifted,
        width: model.width)
    }
  }

  /// Adds the gradient of the stream to that of the embedding.
  private func embedBackward(_ gradient: MutableFloats, _ d: Activations.Gradients) {
    forEachToken { row, token, previous in
      let dy = d.stream + row * model.width
      guard model.tokenShift else {
        return kernels.add(gradient + token, dy, count: model.width)
      }
      kernels.shiftBackward(
        dx: gradient + token, dPrevious: previous.map { gradient + $0 },
        dCurrent: gradient + layout.embeddingCurrent,
        dShifted: gradient + layout.embeddingShifted, dy: dy, x: weights + token,
        previous: previous.map { weights + $0 }, current: weights + layout.embeddingCurrent,
        shifted: weights + layout.embeddingShifted, width: model.width)
    }
  }

  /// Calls `body` with each row and the places of the embeddings of its token and of the previous one.
  private func forEachToken(_ body: (_ row: Int, _ token: Int, _ previous: Int?) -> Void) {
    func place(_ row: Int) -> Int { layout.embedding + Int(batch.tokens[row]) * model.width }
    batch.forEachRow { row, _, previous in body(row, place(row), previous.map(place)) }
  }
}
