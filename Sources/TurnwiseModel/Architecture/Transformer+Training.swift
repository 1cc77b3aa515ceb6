internal import TurnwiseCore
internal import TurnwiseKernels
internal import TurnwiseNumerics

extension Transformer {
  /// Computes the outputs of the model for sequences.
  ///
  /// - Parameters:
  ///   - sequences: The sequences, each no longer than the context.
  ///   - workers: The maximum number of threads. The result does not depend on it.
  ///   - squares: Whether to compute ``SequenceOutputs/squares``, which takes another pass over the
  ///     logits.
  /// - Returns: The outputs at the scored positions of each sequence.
  public func score(
    _ sequences: [TrainingSequence], workers: Int = 1, squares: Bool = false
  ) -> [SequenceOutputs] {
    let batches = validated(sequences)
    let attention = CausalAttention(configuration)
    let extent = Microbatch.extent(of: batches, attention: attention)
    let packed = packed(workers: workers)
    let parts = Parallel.map(
      batches.count, workers: workers,
      workspace: { Activations(configuration, extent, isTraining: false, from: memory) }
    ) { index, activations in
      parameters.withUnsafeBufferPointer { weights -> [(sequence: Int, SequenceOutputs)] in
        guard let base = weights.baseAddress else { return [] }
        let pass = pass(batches[index], base, packed, activations, attention, isFirst: true)
        pass.forward()
        return batches[index].members.map { member in
          var outputs = pass.outputs(of: member)
          if squares, configuration.head == .tokens { outputs.squares = pass.squares(of: member) }
          return (member.sequence, outputs)
        }
      }
    }
    var outputs = [SequenceOutputs](repeating: SequenceOutputs(), count: sequences.count)
    for (sequence, output) in parts.joined() { outputs[sequence] = output }
    return outputs
  }

  /// Computes the gradient of a loss that is a sum over sequences.
  ///
  /// - Parameters:
  ///   - sequences: The sequences, each no longer than the context.
  ///   - workers: The maximum number of threads. The result does not depend on it, not in any bit.
  ///   - objective: Returns the derivatives of the loss for one sequence, given its number and its
  ///     outputs. It is called on several threads, once for each sequence.
  /// - Returns: The gradient, the loss and the outputs.
  public func gradient(
    of sequences: [TrainingSequence], workers: Int = 1,
    objective: @Sendable (_ sequence: Int, _ outputs: SequenceOutputs) -> SequenceGradients
  ) -> GradientResult {
    let batches = validated(sequences)
    let attention = CausalAttention(configuration)
    let extent = Microbatch.extent(of: batches, attention: attention)
    let packed = packed(workers: workers)
    let shards = min(Microbatch.shards, batches.count)
    let parts = Parallel.map(
      shards, workers: workers,
      workspace: { Activations(configuration, extent, isTraining: true, from: memory) }
    ) { shard, activations in
      let gradient = lendWeights()
      var part = ShardResult(gradient: gradient)
      parameters.withUnsafeBufferPointer { weights in
        guard let base = weights.baseAddress else { return }
        for index in stride(from: shard, to: batches.count, by: shards) {
          let pass = pass(
            batches[index], base, packed, activations, attention, isFirst: index == shard)
          pass.forward()
          for member in pass.batch.members {
            let outputs = pass.outputs(of: member)
            let gradients = objective(member.sequence, outputs)
            pass.accept(gradients, for: member)
            part.sequences.append((member.sequence, outputs, gradients.loss))
          }
          pass.backward(gradient.base)
        }
      }
      return part
    }
    return sum(parts, sequences: sequences.count, workers: workers)
  }

  private struct ShardResult: Sendable {
    let gradient: Loan
    var sequences: [(index: Int, outputs: SequenceOutputs, loss: Double)] = []
  }

  /// Adds up shards, always in the same order.
  private func sum(_ parts: [ShardResult], sequences: Int, workers: Int) -> GradientResult {
    var outputs = [SequenceOutputs](repeating: SequenceOutputs(), count: sequences)
    var losses = [Double](repeating: 0, count: sequences)
    for part in parts {
      for sequence in part.sequences {
        outputs[sequence.index] = sequence.outputs
        losses[sequence.index] = sequence.loss
      }
    }
    return GradientResult(
      gradient: sum(parts.map(\.gradient), workers: workers), loss: losses.reduce(0, +),
      outputs: outputs)
  }

  /// Adds up gradients in the memory of the first one, a piece that fits in the cache at a time.
  private func sum(_ gradients: [Loan], workers: Int) -> Gradient {
    let count = parameters.count
    guard let total = gradients.first else {
      let zero = lendWeights()
      zero.base.update(repeating: 0, count: count)
      return Gradient(zero, count: count)
    }
    let piece = 1 << 14
    _ = Parallel.map((count + piece - 1) / piece, workers: workers, workspace: {}) { index, _ in
      let start = index * piece
      for gradient in gradients.dropFirst() {
        kernels.add(
          total.base + start, gradient.base + start, count: min(piece, count - start))
      }
    }
    return Gradient(total, count: count)
  }

  private func validated(_ sequences: [TrainingSequence]) -> [Microbatch] {
    for (index, sequence) in sequences.enumerated() {
      if let flaw = sequence.flaw(for: configuration) {
        mistake("Sequence \(index): \(flaw)")
      }
    }
    return Microbatch.cut(sequences)
  }

  private func pass(
    _ batch: Microbatch, _ weights: Floats, _ packed: PackedWeights, _ activations: Activations,
    _ attention: CausalAttention, isFirst: Bool
  ) -> TrainingPass {
    TrainingPass(
      model: configuration, layout: layout, rotary: rotary, attention: attention,
      weights: weights, packed: packed, batch: batch, activations: activations,
      isFirst: isFirst)
  }
}
