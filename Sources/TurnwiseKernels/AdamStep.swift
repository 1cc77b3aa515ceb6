/// One step of Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
package struct AdamStep: Sendable {
  /// β₁ and β₂ in the paper: the decay of the two moments.
  package var firstDecay, secondDecay: Float
  /// The learning rate of this step.
  package var learningRate: Float
  /// The weight decay: each step removes this share of a weight times the learning rate.
  package var weightDecay: Float
  /// ε: what is added to the denominator to keep it from zero.
  package var epsilon: Float
  /// 1 / (1 - βⁿ) for step n, which corrects the bias of moments that start from zero.
  package var firstCorrection, secondCorrection: Float

  /// Creates a step.
  package init(
    firstDecay: Float, secondDecay: Float, learningRate: Float, weightDecay: Float,
    epsilon: Float, firstCorrection: Float, secondCorrection: Float
  ) {
    (self.firstDecay, self.secondDecay) = (firstDecay, secondDecay)
    (self.learningRate, self.weightDecay, self.epsilon) = (learningRate, weightDecay, epsilon)
    (self.firstCorrection, self.secondCorrection) = (firstCorrection, secondCorrection)
  }
}
