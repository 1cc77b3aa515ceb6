package import TurnwiseKernels

extension CompiledKernels {
  package static func adam(
    _ step: AdamStep, _ parameters: MutableFloats, first: MutableFloats, second: MutableFloats,
    gradient: Floats, count: Int
  ) {
    let keep = Vector(repeating: 1 - step.learningRate * step.weightDecay)
    let b1 = Vector(repeating: step.firstDecay)
    let b2 = Vector(repeating: step.secondDecay)
    let pull = Vector(repeating: -step.learningRate * step.firstCorrection)
    var i = 0
    while i < count {
      let g = load(gradient, i, count)
      let m = multiplyAdd(b1 * load(first, i, count), 1 - b1, g)
      let v = multiplyAdd(b2 * load(second, i, count), (1 - b2) * g, g)
      store(m, first, i, count)
      store(v, second, i, count)
      let root = squareRoot(v * step.secondCorrection) + step.epsilon
      store(
        multiplyAdd(load(parameters, i, count) * keep, pull, m / root), parameters, i, count)
      i += lanes
    }
  }
}
