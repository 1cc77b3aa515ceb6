internal import TurnwiseKernels
internal import TurnwiseNumerics

extension TrainingPass {
  /// Sets the middle of block `index`: the input plus the attention to its normalised rows.
  func attentionForward(_ index: Int) {
    let at = layout.blocks[index]
    let x = activations.block(index)
    let width = model.width
    kernels.normForward(
      x.normed, x.input, weight: weights + at.attentionNorm, inverse: x.attentionInverse,
      rows: rows, width: width, epsilon: model.normEpsilon)
    project(x, index)
    rotate(x.projections) { rotary.forward($0, heads: $1, position: $2) }
    forEachMember(x) { member, operands in
      if member.first > 0 { gather(x.projections, member) }
      kernels.attentionForward(attention, operands, scratch: activations.scratch)
    }
    x.middle.update(from: x.input, count: rows * width)
    packed.blocks[index].output.forward(x.middle, x.attended, rows: rows, accumulating: true)
  }

  /// Computes the gradient of the stream before the attention of block `index` from that after it.
  func attentionBackward(
    _ index: Int, _ gradient: MutableFloats, _ d: Activations.Gradients
  ) {
    let at = layout.blocks[index]
    let x = activations.block(index)
    let width = model.width
    LinearGradient.backward(
      dx: d.attended, dWeight: gradient + at.output, dy: d.stream, x: x.attended,
      weight: weights + at.output, rows: rows, inputs: width, outputs: width,
      accumulating: !isFirst, scratch: activations.scratch)
    d.projections.update(repeating: 0, count: rows * model.projectionWidth)
    forEachMember(x) { member, operands in
      let isShared = member.first > 0
      let start = member.rows.lowerBound
      var gradients = operands
      gradients.query = d.projections + start * model.projectionWidth
      gradients.value = isShared ? d.keyValues : gradients.query + width
      gradients.key = gradients.value + model.keyValueWidth
      gradients.output = d.attended + start * width
      if isShared {
        gather(x.projections, member)
        d.keyValues.update(repeating: 0, count: member.length * 2 * model.keyValueWidth)
      }
      kernels.attentionBackward(
        attention, operands, gradients: gradients, scratch: activations.scratch)
      if isShared { scatter(d, member) }
    }
    rotate(d.projections) { rotary.backward($0, heads: $1, position: $2) }
    projectBackward(x, at, gradient, d)
    kernels.normBackward(
      dx: d.stream, dWeight: gradient + at.attentionNorm, dy: d.normed, x: x.input,
      weight: weights + at.attentionNorm, inverse: x.attentionInverse, rows: rows, width: width)
  }

  /// Computes queries, values and keys, in one product unless the keys have an input of their own.
  private func project(_ x: Activations.Block, _ index: Int) {
    let at = layout.blocks[index]
    let matrices = packed.blocks[index]
    let width = model.width
    let stride = model.projectionWidth
    matrices.projections.forward(x.projections, x.normed, rows: rows, yStride: stride)
    guard let keys = matrices.keys else { return }
    batch.forEachRow { row, _, previous in
      kernels.shiftForward(
        x.keyInput + row * width, x.normed + row * width,
        previous: previous.map { Floats(x.normed + $0 * width) },
        current: weights + at.keyCurrent, shifted: weights + at.keyShifted, width: width)
    }
    keys.forward(
      x.projections + width + model.keyValueWidth, x.keyInput, rows: rows, yStride: stride)
  }

  /// Sets the gradient of the normalised input.
  private func projectBackward(
    _ x: Activations.Block, _ at: ParameterLayout.Block, _ gradient: MutableFloats,
    _ d: Activations.Gradients
  ) {
    let width = model.width
    let stride = model.projectionWidth
    guard model.tokenShift else {
      return LinearGradient.backward(
        dx: d.normed, dWeight: gradient + at.queries, dy: d.projections, x: x.normed,
        weight: weights + at.queries, rows: rows, inputs: width, outputs: stride,
        accumulating: !isFirst, scratch: activations.scratch)
    }
    let beforeKeys = width + model.keyValueWidth
    LinearGradient.backward(
      dx: d.normed, dWeight: gradient + at.queries, dy: d.projections, x: x.normed,
      weight: weights + at.queries, rows: rows, inputs: width, outputs: beforeKeys,
      yStride: stride, accumulating: !isFirst, scratch: activations.scratch)
    LinearGradient.backward(
      dx: d.keyInput, dWeight: gradient + at.keys, dy: d.projections + beforeKeys, x: x.keyInput,
      weight: weights + at.keys, rows: rows, inputs: width, outputs: model.keyValueWidth,
      yStride: stride, accumulating: !isFirst, scratch: activations.scratch)
    batch.forEachRow { row, _, previous in
      kernels.shiftBackward(
        dx: d.normed + row * width, dPrevious: previous.map { d.normed + $0 * width },
        dCurrent: gradient + at.keyCurrent, dShifted: gradient + at.keyShifted,
        dy: d.keyInput + row * width, x: x.normed + row * width,
        previous: previous.map { Floats(x.normed + $0 * width) },
        current: weights + at.keyCurrent, shifted: weights + at.keyShifted, width: width)
    }
  }

  /// Calls `body` with the queries and with the keys of each row, the number of their heads and the
  /// position of the row.
  private func rotate(_ projections: MutableFloats, _ body: (MutableFloats, Int, Int) -> Void) {
    batch.forEachRow { row, position, _ in
      let queries = projections + row * model.projectionWidth
      let keys = queries + model.width + model.keyValueWidth
      body(queries, model.heads, position)
      body(keys, model.keyValueHeads, position)
    }
  }

  /// Calls `body` with each sequence and its operands; see ``gather(_:_:)``.
  private func forEachMember(
    _ x: Activations.Block, _ body: (Microbatch.Member, CausalAttention.Operands) -> Void
  ) {
    var probabilities = x.probabilities
    for member in batch.members {
      let start = member.rows.lowerBound
      let isShared = member.first > 0
      let queries = x.projections + start * model.projectionWidth
      let values = isShared ? activations.keyValues : queries + model.width
      let operands = CausalAttention.Operands(
        query: queries, stride: model.projectionWidth, key: values + model.keyValueWidth,
        value: values, keyStride: isShared ? 2 * model.keyValueWidth : model.projectionWidth,
        output: x.attended + start * model.width, outputStride: model.width,
        probabilities: probabilities, first: member.first, length: member.length)
      body(member, operands)
      probabilities += attention.probabilityCount(from: member.first, length: member.length)
    }
  }

  /// Collects the values and keys of a sequence some of whose rows belong to other sequences.
  private func gather(_ projections: MutableFloats, _ member: Microbatch.Member) {
    let count = 2 * model.keyValueWidth
    for (position, row) in member.path.joined().enumerated() {
      (activations.keyValues + position * count).update(
        from: projections + row * model.projectionWidth + model.width, count: count)
    }
  }

  /// Adds the gradients of the collected values and keys to those of their rows.
  private func scatter(_ d: Activations.Gradients, _ member: Microbatch.Member) {
    let count = 2 * model.keyValueWidth
    for (position, row) in member.path.joined().enumerated() {
      kernels.add(
        d.projections + row * model.projectionWidth + model.width,
        d.keyValues + position * count, count: count)
    }
  }
}
