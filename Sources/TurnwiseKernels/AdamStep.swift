/// One step of Adam with decoupled weight decay (Loshchilov and Hutter, 2019).
package struct AdamStep: Sendable {
  /// Written β₁ and β₂ in the paper.
  package var firstDecay, secondDecay: Float
  /// The learning rate of this step.
  package var learningRate: Float
  /// The share of a weight that is lost a step, times the learning rate.
  package var weightDecay: Float
  /// What keeps the denominator from zero.
  package var epsilon: Float
  /// 1 / (1 - βⁿ), which undoes the start from zero.
  package var firstCorrection, secondCorrection: Float

  /// Describes the step.
  package init(
    firstDecay: Float, secondDecay: Float, learningRate: Float, weightDecay: Float,
    epsilon: Float, firstCorrection: Float, secondCorrection: Float
  ) {
    (self.firstDecay, self.secondDecay) = (firstDecay, secondDecay)
    (self.learningRate, self.weightDecay, self.epsilon) = (learningRate, weightDecay, epsilon)
    (self.firstCorrection, self.secondCorrection) = (firstCorrection, secondCorrection)
  }
}
