internal import TurnwiseKernels
internal import TurnwiseNumerics

extension TrainingPass {
  /// Sets the output of block `index`: the middle plus the gated unit of its normalised rows.
  func feedForwardForward(_ index: Int) {
    let at = layout.blocks[index]
    let x = activations.block(index)
    let output = activations.output(of: index, in: model)
    kernels.normForward(
      x.feedForwardNormed, x.middle, weight: weights + at.feedForwardNorm,
      inverse: x.feedForwardInverse, rows: rows, width: model.width, epsilon: model.normEpsilon)
    packed.blocks[index].gates.forward(x.gates, x.feedForwardNormed, rows: rows)
    kernels.gateForward(x.gated, x.gates, rows: rows, width: model.feedForward)
    output.update(from: x.middle, count: rows * model.width)
    packed.blocks[index].down.forward(output, x.gated, rows: rows, accumulating: true)
  }

  /// Computes the gradient of the stream before the gated unit of block `index` from that after it.
  func feedForwardBackward(
    _ index: Int, _ gradient: MutableFloats, _ d: Activations.Gradients
  ) {
    let at = layout.blocks[index]
    let x = activations.block(index)
    LinearGradient.backward(
      dx: d.gated, dWeight: gradient + at.down, dy: d.stream, x: x.gated,
      weight: weights + at.down, rows: rows, inputs: model.feedForward, outputs: model.width,
      accumulating: !isFirst, scratch: activations.scratch)
    // In place, as nothing reads the gates after this.
    kernels.gateBackward(dx: x.gates, dy: d.gated, x: x.gates, rows: rows, width: model.feedForward)
    LinearGradient.backward(
      dx: d.normed, dWeight: gradient + at.gates, dy: x.gates, x: x.feedForwardNormed,
      weight: weights + at.gates, rows: rows, inputs: model.width,
      outputs: 2 * model.feedForward, accumulating: !isFirst, scratch: activations.scratch)
    kernels.normBackward(
      dx: d.stream, dWeight: gradient + at.feedForwardNorm, dy: d.normed, x: x.middle,
      weight: weights + at.feedForwardNorm, inverse: x.feedForwardInverse, rows: rows,
      width: model.width)
  }
}
