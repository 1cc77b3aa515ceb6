public import TurnwiseCore
public import TurnwiseModel

/// A policy that imitates a noisy expert: where reinforcement learning starts.
public struct WarmStart: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The environment turns of the demonstrations.
  public var demonstrationTurns: Int
  /// The mean negative log-likelihood of the demonstrated tokens over the last tenth of the steps,
  /// in nats; not a number if nothing was imitated.
  public var loss: Double

  /// Starts from the policy that another run has trained.
  public init(_ state: TrainerState) {
    policy = state.policy
    demonstrationTurns = state.spending.demonstrationTurns
    loss = .nan
  }

  /// Plays the demonstrations of a configuration.
  ///
  /// - Parameters:
  ///   - environment: An environment with an expert, who may not know all scenarios: those that he does
  ///     not know are left out.
  ///   - configuration: Says how many, and how noisy the expert is.
  ///   - workers: How many environment steps run at once.
  ///   - onEpisode: Called when an episode has ended.
  ///   - onKnowledge: Called with what the expert knows before he plays.
  ///   - file: The file that is named where the configuration has a count that cannot be played.
  ///   - line: The line that is named.
  /// - Returns: The episodes that did not fail.
  /// - Throws: The first ``Failure`` if all episodes failed, and
  ///   ``TrainingError/noExpert(_:taskNeed:)``.
  public static func demonstrations<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, workers: Int,
    onEpisode: @escaping @Sendable () -> Void = {},
    onKnowledge: (ExpertKnowledge) -> Void = { _ in }, file: StaticString = #fileID,
    line: UInt = #line
  ) async throws -> [Episode] {
    configuration.requireCounts(file: file, line: line)
    let seed = UInt64(configuration.demonstrationSeed.magnitude)
    var sessions = try (0..<configuration.demonstrations).map { number in
      try Session(environment, origin: EpisodeOrigin(seed: seed, split: .train, scenario: number))
    }
    let knowledge = try ExpertKnowledge(filtering: &sessions)
    guard !sessions.isEmpty else {
      throw TrainingError.noExpert(
        E.id, taskNeed: (E.self as? any TaskFolderEnvironment.Type)?.expertNeed)
    }
    onKnowledge(knowledge)
    let noise = ExpertNoise(habit: configuration.habit, slip: configuration.slip)
    let rollout = Rollout(.expert(noise), workers: workers) { if $0 { onEpisode() } }
    let played = await rollout.play(sessions)
    try Task.checkCancellation()
    let episodes = try played.filter { $0.ending?.failure == nil }.map {
      try $0.episode(scenario: .null)
    }
    if episodes.isEmpty, let failure = played.first?.ending?.failure { throw failure }
    return episodes
  }

  /// Trains a tokenizer and a model on demonstrations.
  ///
  /// - Parameters:
  ///   - demonstrations: Expert episodes.
  ///   - configuration: Shapes and step sizes.
  ///   - workers: The most threads. The result does not depend on it.
  ///   - onStep: Called after each step with the mean negative log-likelihood in nats.
  ///   - file: The file that is named where the configuration has a count that cannot be played.
  ///   - line: The line that is named.
  /// - Throws: `CancellationError`, and ``TrainingError/demonstrationsTooLong(context:)``.
  public init(
    cloning demonstrations: [Episode], _ configuration: RunConfiguration, workers: Int,
    onStep: (Double) -> Void = { _ in }, file: StaticString = #fileID, line: UInt = #line
  ) throws {
    configuration.requireCounts(file: file, line: line)
    let root = Randomness(seed: configuration.seed.value)
    let format = PromptFormat(training: demonstrations, vocabulary: configuration.vocabulary)
    func fits(_ sequence: TrainingSequence) -> Bool {
      sequence.tokens.count <= configuration.context && !sequence.scored.isEmpty
    }
    let sequences = demonstrations.map(format.demonstration)
    let usable = sequences.indices.filter { fits(sequences[$0]) }
    guard !usable.isEmpty else {
      throw TrainingError.demonstrationsTooLong(context: configuration.context)
    }
    var modelRandom = root.stream("model")
    var model = Transformer(
      ModelConfiguration(
        vocabulary: format.tokenizer.vocabulary, width: configuration.width,
        layers: configuration.layers, heads: configuration.heads,
        feedForward: configuration.feedForward, context: configuration.context),
      using: &modelRandom)
    var optimizer = Muon(for: model)
    var order: [Int] = []
    var orderRandom = root.stream("cloning")
    var recent: [Double] = []
    let renaming = Renaming(demonstrations)
    for step in 0..<configuration.cloningSteps {
      try Task.checkCancellation()
      if order.count < configuration.cloningBatch {
        order += usable.shuffled(using: &orderRandom)
      }
      let batch = order.prefix(configuration.cloningBatch).map { index in
        guard orderRandom.chance(configuration.renaming) else { return sequences[index] }
        let renamed = format.demonstration(renaming.episode(index, using: &orderRandom))
        return fits(renamed) ? renamed : sequences[index]
      }
      order.removeFirst(batch.count)
      let count = Double(batch.reduce(0) { $0 + $1.scored.count })
      var result = model.gradient(of: batch, workers: workers) { _, outputs in
        let loss = outputs.logProbabilities.reduce(0) { $0 - Double($1) }
        return SequenceGradients(
          logProbabilities: outputs.logProbabilities.map { _ in Float(-1 / count) },
          loss: loss / count)
      }
      AdamW.clip(&result.gradient, toNorm: Float(configuration.gradientNorm))
      let rate = Self.rate(step, of: configuration.cloningSteps) * configuration.cloningRate
      optimizer.update(
        &model, gradient: result.gradient, learningRate: Float(rate), workers: workers)
      recent.append(result.loss)
      onStep(result.loss)
    }
    let last = recent.suffix(max(1, recent.count / 10))
    loss = last.reduce(0, +) / Double(last.count)
    demonstrationTurns = demonstrations.reduce(0) { $0 + $1.turns.count }
    model.bakeIn(temperature: configuration.cloningTemperature)
    policy = LanguagePolicy(model, format: format, actionLimit: configuration.actionTokens)
  }

  /// A short rise, full size, and a straight fall over the last third: what is still to be learned
  /// late needs full steps as much as what came early.
  private static func rate(_ step: Int, of steps: Int) -> Double {
    let rise = min(40, max(1, steps / 10))
    let left = Double(steps - step) / Double(steps)
    return min(1, Double(step + 1) / Double(rise), 3 * left)
  }
}

/// Why training cannot go on.
public enum TrainingError: Error, Hashable, Sendable {
  /// There is nobody to imitate, though there could be in a folder of tasks if the environment takes one,
  /// whose tasks have what is given here.
  case noExpert(String, taskNeed: String?)
  /// No demonstration fits the context.
  case demonstrationsTooLong(context: Int)
  /// Every episode of an update failed; here is the first reason.
  case everyEpisodeFailed(Failure)
  /// The driving estimator cannot be used.
  case refusedCredit([String])
}
