internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// A model of values: the expected return before each token.
///
/// It shares no parameters with the policy, so its gradients do not reach the policy. It starts
/// from the policy's trunk, because both must be able to read an episode.
public struct Critic: Sendable, Equatable {
  /// The model, with a scalar head.
  public private(set) var model: Transformer
  /// The state of its optimiser.
  public private(set) var optimizer: AdamW

  /// Tokens to read, and the values to learn at the scored ones.
  struct Example {
    var sequence: TrainingSequence
    var values: [Double]
  }

  /// Creates a critic from a policy's trunk and a head that gives 0.
  public init(from policy: Transformer) {
    model = Transformer(critic: policy)
    optimizer = AdamW(for: model)
  }

  init(_ checkpoint: Checkpoint) {
    model = checkpoint.model
    optimizer = checkpoint.optimizer ?? AdamW(for: checkpoint.model)
  }

  var checkpoint: Checkpoint { Checkpoint(model, optimizer: optimizer) }

  /// Computes the values of episodes.
  ///
  /// If an episode was cut off from outside, the value after it is read at the first token of the
  /// turn that was never decided, because values are trained before the first token of a turn.
  func read(
    _ episodes: [Episode], format: any PromptFormat, workers: Int
  ) -> EvidenceReading<Evidence.Critic> {
    let batch = TrainingBatch(episodes)
    let cut = episodes.indices.filter { episodes[$0].ending.isCutFromOutside }
    let contexts = cut.map { index in
      let tokens = format.nextContext(of: episodes[index], window: model.configuration.context)
      return TrainingSequence(tokens: tokens, scored: [tokens.count])
    }
    let outputs = model.score(batch.sequences + contexts, workers: workers)
    var bootstrap = [Double?](repeating: nil, count: episodes.count)
    for (index, output) in zip(cut, outputs.suffix(cut.count)) {
      bootstrap[index] = output.values.last.map(Double.init)
    }
    let values = batch.gathered(
      outputs.prefix(batch.sequences.count).map { $0.values.map(Double.init) }, episodes)
    return EvidenceReading(
      Evidence.Critic(values: values, bootstrap: bootstrap),
      scoredTokens: batch.tokenCount + contexts.reduce(0) { $0 + $1.tokens.count })
  }

  /// Trains the values on examples.
  ///
  /// - Returns: The number of tokens that were passed forward and backward.
  /// - Throws: `CancellationError`.
  mutating func fit(
    _ examples: [Example], epochs: Int, configuration: RunConfiguration, random: Randomness,
    workers: Int
  ) throws -> Int {
    var passed = 0
    for epoch in 0..<epochs {
      var shuffling = random.stream("epoch", epoch)
      let order = Array(examples.indices).shuffled(using: &shuffling)
      for part in order.split(into: configuration.optimizer.minibatches) {
        try Task.checkCancellation()
        let members = part.map { examples[$0] }
        let count = Double(members.reduce(0) { $0 + $1.values.count })
        guard count > 0 else { continue }
        var result = model.gradient(of: members.map(\.sequence), workers: workers) {
          index, outputs in
          let errors = zip(outputs.values, members[index].values).map { Double($0) - $1 }
          return SequenceGradients(
            values: errors.map { Float(2 * $0 / count) },
            loss: errors.reduce(0) { $0 + $1 * $1 } / count)
        }
        AdamW.clip(&result.gradient, toNorm: Float(configuration.optimizer.gradientNorm))
        optimizer.update(
          &model, gradient: result.gradient, learningRate: Float(configuration.critic.rate))
        passed += members.reduce(0) { $0 + $1.sequence.tokens.count }
      }
    }
    return passed
  }
}

extension TrainingBatch {
  /// Pairs the sequences with targets in the shape `[episode][turn][token]`; tokens without a
  /// target are left out.
  func examples(_ targets: [[[Double]]]) -> [Critic.Example] {
    sequences.indices.compactMap { index in
      let targets = targets[owners[index]]
      let kept = places[index].indices.filter { place in
        places[index][place].token < targets[places[index][place].turn].count
      }
      guard !kept.isEmpty else { return nil }
      return Critic.Example(
        sequence: TrainingSequence(
          tokens: sequences[index].tokens, scored: kept.map { sequences[index].scored[$0] }),
        values: kept.map { targets[places[index][$0].turn][places[index][$0].token] })
    }
  }
}
