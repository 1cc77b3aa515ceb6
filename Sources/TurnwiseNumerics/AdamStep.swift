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

  /// Moves `count` parameters and their moments.
  package func apply(
    _ parameters: MutableFloats, first: MutableFloats, second: MutableFloats, gradient: Floats,
    count: Int
  ) {
    let keep = Vector(repeating: 1 - learningRate * weightDecay)
    let b1 = Vector(repeating: firstDecay)
    let b2 = Vector(repeating: secondDecay)
    let pull = Vector(repeating: -learningRate * firstCorrection)
    var i = 0
    while i < count {
      let g = load(gradient, i, count)
      let m = multiplyAdd(b1 * load(first, i, count), 1 - b1, g)
      let v = multiplyAdd(b2 * load(second, i, count), (1 - b2) * g, g)
      store(m, first, i, count)
      store(v, second, i, count)
      let root = squareRoot(v * secondCorrection) + epsilon
      store(
        multiplyAdd(load(parameters, i, count) * keep, pull, m / root), parameters, i, count)
      i += lanes
    }
  }
}
