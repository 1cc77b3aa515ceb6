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
  let batch: Microbatch
  let activations: Activations

  /// Rows of the microbatch.
  var rows: Int { batch.tokens.count }

  /// Computes everything up to the outputs.
  func forward() {
    let embedding = weights + layout.embedding
    let stream = activations.block(0).input
    for (row, token) in batch.tokens.enumerated() {
      (stream + row * model.width).update(
        from: embedding + Int(token) * model.width, count: model.width)
    }
    for index in 0..<model.layers {
      attentionForward(index)
      feedForwardForward(index)
    }
    headForward()
  }

  /// Adds to the gradient of every parameter, given the derivatives by the outputs.
  func backward(_ gradient: MutableFloats) {
    guard let gradients = activations.gradients else {
      preconditionFailure("A pass without gradients has no way back.")
    }
    headBackward(gradient, gradients)
    for index in (0..<model.layers).reversed() {
      feedForwardBackward(index, gradient, gradients)
      attentionBackward(index, gradient, gradients)
    }
    for (row, token) in batch.tokens.enumerated() {
      Elementwise.add(
        gradient + layout.embedding + Int(token) * model.width,
        gradients.stream + row * model.width, count: model.width)
    }
  }
}
