internal import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// A model of values: the expected return before each token.
///
/// It shares no parameters with the policy, so its gradients do not reach the policy. It starts
/// from the policy's trunk, because both must be able to read an episode.
public struct Critic: Sendable, Equatable {
  /// The model, with a scalar or categorical head.
  public private(set) var model: Transformer
  /// The state of its optimiser.
  public private(set) var optimizer: AdamW
  /// The values that the outputs of the head stand for.
  private(set) var code: ValueCode

  /// Tokens to read, and the values to learn at the scored ones.
  struct Example {
    var sequence: TrainingSequence
    var values: [Double]
  }

  /// Creates a critic from a policy's trunk and a head that gives zeros.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - head: The head of the critic.
  public init(from policy: Transformer, head: RunConfiguration.Critic.Head = .scalar) {
    let head: ModelConfiguration.Head = head == .scalar ? .scalar : .categorical
    model = Transformer(critic: policy, head: head)
    optimizer = AdamW(for: model)
    code = ValueCode(head)
  }

  init(_ checkpoint: Checkpoint, _ code: ValueCode) {
    model = checkpoint.model
    optimizer = checkpoint.optimizer ?? AdamW(for: checkpoint.model)
    self.code = code
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
      bootstrap[index] = code.values(output.values).last
    }
    let values = batch.gathered(
      outputs.prefix(batch.sequences.count).map { code.values($0.values) }, episodes)
    return EvidenceReading(
      Evidence.Critic(values: values, bootstrap: bootstrap),
      scoredTokens: batch.tokenCount + contexts.reduce(0) { $0 + $1.tokens.count })
  }

  /// Trains the values on examples.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - epochs: The number of passes over them.
  ///   - steps: The number of steps in a pass.
  ///   - configuration: The step size and the other options of the critic.
  ///   - random: The source of the order of the examples.
  ///   - workers: The most threads.
  /// - Returns: The number of tokens that were passed forward and backward.
  /// - Throws: `CancellationError`.
  mutating func fit(
    _ examples: [Example], epochs: Int, steps: Int, configuration: RunConfiguration,
    random: Randomness, workers: Int
  ) throws -> Int {
    fitCode(examples.flatMap(\.values), isNormalized: configuration.critic.normalization)
    var passed = 0
    for epoch in 0..<epochs {
      var shuffling = random.stream("epoch", epoch)
      let order = Array(examples.indices).shuffled(using: &shuffling)
      for part in order.split(into: steps) {
        try Task.checkCancellation()
        let members = part.map { examples[$0] }
        let count = Double(members.reduce(0) { $0 + $1.values.count })
        guard count > 0 else { continue }
        var result = model.gradient(of: members.map(\.sequence), workers: workers) {
          [code] index, outputs in
          code.gradients(outputs.values, targets: members[index].values, count: count)
        }
        AdamW.clip(&result.gradient, toNorm: Float(configuration.optimizer.gradientNorm))
        optimizer.update(
          &model, gradient: result.gradient, learningRate: Float(configuration.critic.rate))
        passed += members.reduce(0) { $0 + $1.sequence.tokens.count }
      }
    }
    return passed
  }

  /// Fits the meaning of the head's outputs to targets; the values that it gives stay as they are.
  private mutating func fitCode(_ targets: [Double], isNormalized: Bool) {
    guard isNormalized || code.head == .categorical else { return }
    let change = code.fit(targets)
    if code.head == .scalar { model.mapValues(factor: change.factor, offset: change.offset) }
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
