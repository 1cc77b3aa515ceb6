internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

extension TrainingPass {
  /// Computes the outputs of the scored rows.
  func headForward() {
    let x = activations.head
    let width = model.width
    let scored = batch.scoredRows.count
    for (place, row) in batch.scoredRows.enumerated() {
      (x.input + place * width).update(from: activations.output + row * width, count: width)
    }
    kernels.normForward(
      x.normed, x.input, weight: weights + layout.finalNorm, inverse: x.inverse, rows: scored,
      width: width, epsilon: model.normEpsilon)
    switch model.head {
    case .tokens:
      packed.head?.forward(x.logits, x.normed, rows: scored)
      for (place, target) in batch.targets.enumerated() {
        let logits = x.logits + place * model.vocabulary
        let (partition, mean) = kernels.partition(logits, vocabulary: model.vocabulary)
        x.partitions[place] = partition
        x.outputs[place] = logits[Int(target)] - partition
        x.entropies[place] = partition - mean
      }
    case .scalar, .categorical:
      let count = model.head.outputCount
      for place in 0..<scored {
        for output in 0..<count {
          let value = kernels.dot(
            x.normed + place * width, weights + layout.valueWeight + output * width, count: width)
          x.outputs[place * count + output] = value + weights[layout.valueBias + output]
        }
      }
    }
  }

  /// Sets the gradient of the stream after the last block.
  func headBackward(_ gradient: MutableFloats, _ d: Activations.Gradients) {
    let x = activations.head
    let width = model.width
    let scored = batch.scoredRows.count
    switch model.head {
    case .tokens:
      for (place, target) in batch.targets.enumerated() {
        kernels.logitGradient(
          x.logits + place * model.vocabulary, target: Int(target),
          dLogProbability: x.dOutputs[place], dEntropy: x.dEntropies[place],
          entropy: x.entropies[place], partition: x.partitions[place],
          vocabulary: model.vocabulary)
      }
      LinearGradient.backward(
        dx: x.dNormed, dWeight: gradient + layout.embedding, dy: x.logits, x: x.normed,
        weight: weights + layout.embedding, rows: scored, inputs: width,
        outputs: model.vocabulary, accumulating: !isFirst, scratch: activations.scratch)
    case .scalar, .categorical:
      let count = model.head.outputCount
      x.dNormed.update(repeating: 0, count: scored * width)
      for place in 0..<scored {
        let row = place * width
        for output in 0..<count {
          let slope = x.dOutputs[place * count + output]
          let weight = layout.valueWeight + output * width
          kernels.add(gradient + weight, slope, times: x.normed + row, count: width)
          kernels.add(x.dNormed + row, slope, times: weights + weight, count: width)
          gradient[layout.valueBias + output] += slope
        }
      }
    }
    x.dInput.update(repeating: 0, count: scored * width)
    kernels.normBackward(
      dx: x.dInput, dWeight: gradient + layout.finalNorm, dy: x.dNormed, x: x.input,
      weight: weights + layout.finalNorm, inverse: x.inverse, rows: scored, width: width)
    d.stream.update(repeating: 0, count: rows * width)
    for (place, row) in batch.scoredRows.enumerated() {
      kernels.add(d.stream + row * width, x.dInput + place * width, count: width)
    }
  }

  /// Returns the outputs of one sequence.
  func outputs(of member: Microbatch.Member) -> SequenceOutputs {
    func read(_ floats: MutableFloats, each count: Int = 1) -> [Float] {
      Array(
        UnsafeBufferPointer(
          start: floats + member.scored.lowerBound * count, count: member.scored.count * count))
    }
    var outputs = SequenceOutputs()
    switch model.head {
    case .tokens:
      outputs.logProbabilities = read(activations.head.outputs)
      outputs.entropies = read(activations.head.entropies)
    case .scalar, .categorical:
      outputs.values = read(activations.head.outputs, each: model.head.outputCount)
    }
    return outputs
  }

  /// Returns the sum of squared probabilities at each scored position of a sequence.
  ///
  /// It must be called before the backward pass, which overwrites the logits.
  func squares(of member: Microbatch.Member) -> [Float] {
    let x = activations.head
    return member.scored.map { place in
      kernels.squares(
        x.logits + place * model.vocabulary, partition: x.partitions[place],
        vocabulary: model.vocabulary)
    }
  }

  /// Stores the derivatives of the loss for one sequence.
  func accept(_ gradients: SequenceGradients, for member: Microbatch.Member) {
    func write(_ values: [Float], _ floats: MutableFloats, each size: Int = 1) {
      let count = member.scored.count * size
      require(
        values.isEmpty || values.count == count,
        "An objective must return no derivatives, or one for each of \(count) outputs, but returned"
          + " \(values.count).")
      let place = floats + member.scored.lowerBound * size
      place.update(repeating: 0, count: count)
      for (index, value) in values.enumerated() { place[index] = value }
    }
    let isCritic = model.head != .tokens
    require(
      isCritic
        ? gradients.logProbabilities.isEmpty && gradients.entropies.isEmpty
        : gradients.values.isEmpty,
      "A critic has derivatives by value only, and a policy has none of them.")
    write(
      isCritic ? gradients.values : gradients.logProbabilities, activations.head.dOutputs,
      each: model.head.outputCount)
    write(gradients.entropies, activations.head.dEntropies)
  }
}
