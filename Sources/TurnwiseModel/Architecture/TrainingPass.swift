internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

/// One microbatch on its way through the model and back, on one thread.
///
/// The steps lie in extensions, forward beside backward: ``attentionForward(_:)``,
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
  /// Whether there is no gradient yet to add to.
  let isFirst: Bool

  /// Rows of the microbatch.
  var rows: Int { batch.tokens.count }

  /// Computes everything up to the outputs.
  func forward() {
    embed()
    for index in 0..<model.layers {
      attentionForward(index)
      feedForwardForward(index)
    }
    headForward()
  }

  /// Adds to the gradient of every parameter, given the derivatives by the outputs.
  ///
  /// The first pass finds rubbish there.
  func backward(_ gradient: MutableFloats) {
    if isFirst {
      // The matrices are set by their products: clearing them all took 2 % of a step.
      for slice in layout.slices where !isProduct(slice) {
        (gradient + slice.range.lowerBound).update(repeating: 0, count: slice.range.count)
      }
    }
    guard let gradients = activations.gradients else {
      mistake("A pass without gradients has no way back.")
    }
    headBackward(gradient, gradients)
    for index in (0..<model.layers).reversed() {
      feedForwardBackward(index, gradient, gradients)
      attentionBackward(index, gradient, gradients)
    }
    embedBackward(gradient, gradients)
  }

  /// Whether a product sets the whole gradient of the weight, before anything is added to it.
  private func isProduct(_ slice: ParameterLayout.Slice) -> Bool {
    slice.isBlockMatrix || slice.isEmbedding && model.head == .tokens
  }

  /// Sets the stream to the embedding of each token, mixed with that of the one before it.
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

  /// Adds the gradient by the stream to that of the embedding.
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

  /// Calls `body` with each row, and where in the parameters the embeddings of its token and of the
  /// one before it lie.
  private func forEachToken(_ body: (_ row: Int, _ token: Int, _ previous: Int?) -> Void) {
    func place(_ row: Int) -> Int { layout.embedding + Int(batch.tokens[row]) * model.width }
    batch.forEachRow { row, _, previous in body(row, place(row), previous.map(place)) }
  }
}
