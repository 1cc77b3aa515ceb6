internal import TurnwiseKernels

extension CausalAttention {
  /// Creates attention with the heads of a model.
  init(_ model: ModelConfiguration) {
    self.init(
      heads: model.heads, keyValueHeads: model.keyValueHeads, headWidth: model.headWidth)
  }
}

extension PagedAttention {
  /// Creates attention with the heads of a model.
  init(_ model: ModelConfiguration) {
    self.init(
      heads: model.heads, keyValueHeads: model.keyValueHeads, headWidth: model.headWidth)
  }
}
