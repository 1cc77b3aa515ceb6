internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// A model that says what return to expect before each token.
///
/// Its parameters are its own: no gradient of it reaches the policy. It starts from the policy's
/// trunk, because reading an episode is what the two have in common.
public struct Critic: Sendable, Equatable {
  /// The model, with a scalar head.
  public private(set) var model: Transformer
  /// The state of its optimiser.
  public private(set) var optimizer: AdamW

  /// Starts from a policy's trunk with a head that says zero.
  public init(from policy: Transformer) {
    model = Transformer(critic: policy)
    optimizer = AdamW(for: model)
  }

  init(model: Transformer, optimizer: AdamW) {
    (self.model, self.optimizer) = (model, optimizer)
  }

  /// Says the values of episodes, as evidence for estimators.
  func evidence(for episodes: [Episode], workers: Int) -> Evidence.Critic {
    let batch = TrainingBatch(episodes)
    var sequences = batch.sequences
    for (index, owner) in batch.owners.enumerated() where episodes[owner].ending.isTruncated {
      sequences[index].scored.append(sequences[index].tokens.count)
    }
    let outputs = model.score(sequences, workers: workers)
    var values = episodes.map { $0.turns.map { _ in [Double]() } }
    var bootstrap = [Double?](repeating: nil, count: episodes.count)
    for (index, owner) in batch.owners.enumerated() {
      for (place, value) in zip(batch.places[index], outputs[index].values) {
        values[owner][place.turn].append(Double(value))
      }
      if outputs[index].values.count > batch.places[index].count {
        bootstrap[owner] = outputs[index].values.last.map(Double.init)
      }
    }
    return Evidence.Critic(values: values, bootstrap: bootstrap)
  }

  /// Moves the values towards targets, in the shape `[episode][turn][token]`.
  ///
  /// - Returns: How many tokens were passed.
  mutating func fit(
    _ episodes: [Episode], targets: [[[Double]]], epochs: Int, configuration: RunConfiguration,
    random: Randomness, workers: Int
  ) throws -> Int {
    let batch = TrainingBatch(episodes)
    let goals = batch.spread(targets)
    var passed = 0
    for epoch in 0..<epochs {
      var shuffling = random.stream("epoch", epoch)
      let order = Array(batch.sequences.indices).shuffled(using: &shuffling)
      for part in order.split(into: configuration.minibatches) {
        try Task.checkCancellation()
        let sequences = part.map { batch.sequences[$0] }
        let count = Double(sequences.reduce(0) { $0 + $1.scored.count })
        var result = model.gradient(of: sequences, workers: workers) { index, outputs in
          let errors = zip(outputs.values, goals[part[index]]).map { Double($0) - $1 }
          return SequenceGradients(
            values: errors.map { Float(2 * $0 / count) },
            loss: errors.reduce(0) { $0 + $1 * $1 } / count)
        }
        AdamW.clip(&result.gradient, toNorm: Float(configuration.gradientNorm))
        optimizer.update(
          &model, gradient: result.gradient, learningRate: Float(configuration.criticRate))
        passed += sequences.reduce(0) { $0 + $1.tokens.count }
      }
    }
    return passed
  }
}

extension Array {
  /// Cuts into at most `count` parts of nearly equal size, in order.
  func split(into count: Int) -> [[Element]] {
    let parts = Swift.max(1, Swift.min(count, self.count))
    return (0..<parts).map { part in
      Array(self[(self.count * part / parts)..<(self.count * (part + 1) / parts)])
    }
  }
}
