internal import TurnwiseKernels

extension CausalAttention {
  /// The heads of a model.
  init(_ model: ModelConfiguration) {
    self.init(
      heads: model.heads, keyValueHeads: model.keyValueHeads, headWidth: model.headWidth)
  }
}

extension PagedAttention {
  /// The heads of a model.
  init(_ model: ModelConfiguration) {
    self.init(
      heads: model.heads, keyValueHeads: model.keyValueHeads, headWidth: model.headWidth)
  }
}
