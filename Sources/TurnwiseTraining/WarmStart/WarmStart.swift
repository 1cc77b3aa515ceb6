public import TurnwiseCore
public import TurnwiseModel

/// A policy that imitates a noisy expert, from which reinforcement learning starts.
public struct WarmStart: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The environment turns of the demonstrations.
  public var demonstrationTurns: Int
  /// The results of the imitation.
  public var report = ImitationReport()
  /// The first demonstrations, if models of evidence are to learn from them.
  public var demonstrations: [Episode] = []

  /// Starts from the policy that another run has trained.
  public init(_ state: TrainerState) {
    policy = state.policy
    demonstrationTurns = state.spending.demonstrationTurns
  }

  /// Plays the demonstrations of a configuration.
  ///
  /// - Parameters:
  ///   - environment: An environment with an expert. Scenarios that the expert does not know are left out.
  ///   - configuration: The number of demonstrations, and the noise of the expert. An episode with several
  ///     `Episode.contexts` counts as that many demonstrations. If the habit is to be chosen, a
  ///     ``HabitPilot`` chooses it first.
  ///   - workers: The most environment steps that run at once.
  ///   - onEpisode: Called when an episode has ended, with the number of demonstrations that it is.
  ///   - onKnowledge: Called with what the expert knows, before the first episode.
  /// - Returns: The episodes that did not fail.
  /// - Throws: The first `Failure` if all episodes failed, and
  ///   ``TrainingError/noExpert(_:taskNeed:)``.
  public static func demonstrations<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, workers: Int,
    onEpisode: @escaping @Sendable (Int) -> Void = { _ in },
    onKnowledge: (ExpertKnowledge) -> Void = { _ in }
  ) async throws -> [Episode] {
    let (sessions, knowledge) = try knownSessions(
      in: environment, configuration, most: configuration.imitation.demonstrations)
    onKnowledge(knowledge)
    let habit: Double
    if let share = configuration.imitation.habit.share {
      habit = share
    } else {
      habit = try await HabitPilot(in: environment, configuration, workers: workers).chosen.habit
    }
    let noise = ExpertNoise(habit: habit, slip: configuration.imitation.slip)
    let played = try await play(
      sessions, contexts: configuration.imitation.demonstrations, noise, workers: workers,
      onEpisode: onEpisode)
    // Only the demonstrations that a trace shows keep their scenarios, which take much memory.
    let tools = environment.tools.descriptions
    let episodes = try played.filter { $0.ending?.failure == nil }.enumerated().map {
      var episode =
        try $0.offset < shownCount ? $0.element.episode() : $0.element.episode(scenario: .null)
      // An expert does not know which arguments can be left out of the text of a call.
      episode.spellCalls(in: CompactFormat(), tools: tools)
      return episode
    }
    if episodes.isEmpty, let failure = played.first?.ending?.failure { throw failure }
    return episodes
  }

  /// Plays the first of some sessions with the expert, as many as have a number of contexts together.
  ///
  /// The number of contexts is estimated by the first few episodes.
  ///
  /// - Throws: `CancellationError`.
  static func play<E: Environment>(
    _ sessions: [Session<E>], contexts: Int, _ noise: ExpertNoise, workers: Int,
    onEpisode: @escaping @Sendable (Int) -> Void
  ) async throws -> [Session<E>] {
    func played(_ sessions: some Collection<Session<E>>, counting each: Int) async throws
      -> [Session<E>]
    {
      let rollout = Rollout(.expert(noise), workers: workers) { if $0 { onEpisode(each) } }
      let played = await rollout.play(Array(sessions))
      try Task.checkCancellation()
      return played
    }
    let first = try await played(sessions.prefix(4), counting: 1)
    let found = first.reduce(0) { $0 + $1.turns.contextCount }
    let each = max(1, found / max(1, first.count))
    onEpisode(max(0, found - first.count))
    let count = max(first.count, (contexts + each - 1) / each)
    return try await first
      + played(sessions.prefix(count).dropFirst(first.count), counting: each)
  }

  /// The number of demonstrations that a trace shows.
  public static let shownCount = 16

  /// Creates sessions on the first scenarios of the demonstrations that the expert knows.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - configuration: The options that choose the scenarios.
  ///   - most: The most sessions.
  /// - Returns: The sessions, and what the expert knows of the scenarios that were asked for.
  /// - Throws: ``TrainingError/noExpert(_:taskNeed:)`` if the expert knows none of the scenarios.
  static func knownSessions<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, most: Int
  ) throws -> ([Session<E>], ExpertKnowledge) {
    let seed = UInt64(configuration.imitation.demonstrationSeed.magnitude)
    // A few are tried first, because most experts know all scenarios.
    for count in Set([
      min(most, configuration.imitation.demonstrations), configuration.imitation.demonstrations,
    ])
    .sorted() {
      var sessions = try (0..<count).map { number in
        try Session(environment, origin: EpisodeOrigin(seed: seed, split: .train, scenario: number))
      }
      let knowledge = try ExpertKnowledge(filtering: &sessions)
      if !sessions.isEmpty { return (Array(sessions.prefix(most)), knowledge) }
    }
    throw TrainingError.noExpert(
      E.id, taskNeed: (E.self as? any TaskFolderEnvironment.Type)?.expertNeed)
  }

  /// Checks that there is an expert to imitate.
  ///
  /// - Throws: ``TrainingError/noExpert(_:taskNeed:)``, or what the environment throws.
  public static func requireExpert(
    in environment: some Environment, _ configuration: RunConfiguration
  ) throws {
    _ = try knownSessions(in: environment, configuration, most: 1)
  }

  /// Trains a tokenizer and a model on demonstrations.
  ///
  /// - Parameters:
  ///   - demonstrations: Expert episodes.
  ///   - configuration: Shapes and step sizes.
  ///   - workers: The most threads. The result does not depend on it.
  ///   - onStep: Called after each step with its number, the number of the last one as far as it is
  ///     known, and the mean negative log-likelihood in nats.
  /// - Throws: `CancellationError`, ``TrainingError/demonstrationsTooLong(context:)`` and
  ///   ``TrainingError/everyTurnRefused``.
  public init(
    cloning demonstrations: [Episode], _ configuration: RunConfiguration, workers: Int,
    onStep: (_ step: Int, _ end: Int, _ loss: Double) -> Void = { _, _, _ in }
  ) throws {
    let root = Randomness(seed: configuration.seed.value)
    let format = PlainPrompt(training: demonstrations, vocabulary: configuration.model.vocabulary)
    var imitation = try Imitation(demonstrations, format, configuration, workers: workers)
    var modelRandom = root.stream("model")
    var model = Transformer(
      ModelConfiguration(
        vocabulary: format.tokenizer.vocabulary, width: configuration.model.width,
        layers: configuration.model.layers, heads: configuration.model.heads,
        feedForward: configuration.model.feedForward, context: configuration.model.context),
      using: &modelRandom)
    var orderRandom = root.stream("cloning")
    try imitation.teach(&model, random: &orderRandom, onStep: onStep)
    report = imitation.report
    demonstrationTurns = demonstrations.reduce(0) { $0 + $1.turns.count }
    self.demonstrations = Array(demonstrations.prefix(configuration.critic.demonstrations))
    model.bakeIn(temperature: configuration.cloning.temperature)
    policy = LanguagePolicy(model, format: format, actionLimit: configuration.model.actionTokens)
  }
}

extension WarmStart {
  /// The number of training episodes that are played to see whether imitation succeeded.
  public static let probeCount = 48
  /// The success below which a warm start is too weak: too few groups would have both outcomes.
  public static let weakest = 0.1

  /// Measures the score of the policy in training episodes; `nil` if none is judged.
  ///
  /// - Throws: As ``Evaluation/play(_:in:episodes:seed:member:split:workers:)``.
  public func probe<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, workers: Int
  ) async throws -> Double? {
    let episodes = try await Evaluation.play(
      policy.sampling(temperature: 1, workers: workers), in: environment,
      episodes: Self.probeCount, seed: configuration.seed.value, split: .train, workers: workers)
    let evaluation = Evaluation(episodes)
    return evaluation.count > 0 ? evaluation.score : nil
  }

  /// Imitates further demonstrations, with half as many steps as before.
  ///
  /// - Parameters:
  ///   - demonstrations: Expert episodes.
  ///   - configuration: The configuration of the first imitation.
  ///   - workers: The most threads. The result does not depend on it.
  ///   - onStep: As in ``init(cloning:_:workers:onStep:)``.
  /// - Throws: As ``init(cloning:_:workers:onStep:)``.
  public mutating func imitate(
    further demonstrations: [Episode], _ configuration: RunConfiguration, workers: Int,
    onStep: (_ step: Int, _ end: Int, _ loss: Double) -> Void = { _, _, _ in }
  ) throws {
    var configuration = configuration
    configuration.cloning.steps = max(1, report.steps / 2)
    configuration.cloning.patience = 0
    var imitation = try Imitation(
      demonstrations, policy.format, configuration, workers: workers)
    var random = Randomness(seed: configuration.seed.value).stream("cloning-further")
    var model = policy.model
    // The temperature is part of the model: it is taken out first and put back afterwards.
    model.bakeIn(temperature: 1 / configuration.cloning.temperature)
    try imitation.teach(&model, random: &random, onStep: onStep)
    model.bakeIn(temperature: configuration.cloning.temperature)
    policy.model = model
    report = imitation.report
    demonstrationTurns += demonstrations.reduce(0) { $0 + $1.turns.count }
  }
}
