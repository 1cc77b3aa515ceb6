public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel

/// Improves a policy: collect groups of episodes, credit their turns, step.
///
///     var trainer = try Trainer(environment, from: warmStart, configuration)
///     while let update = try await trainer.step() { print(update.metrics) }
///
/// All estimators credit every group, so that a trace shows what each would have said; the one that
/// the configuration names drives the update. The same configuration gives the same updates for any
/// number of workers.
public struct Trainer<E: Environment>: Sendable {
  /// The environment.
  public let environment: E
  /// The options.
  public let configuration: RunConfiguration
  /// The estimators that credit each group.
  public let estimators: [CreditedEstimator]
  /// How many environment steps and threads run at once.
  public let workers: Int
  /// Everything that changes.
  public private(set) var state: TrainerState

  /// The estimator that drives the updates.
  private let driver: CreditedEstimator

  /// Starts training from a warm start.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - warmStart: Where learning starts.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - workers: How many environment steps and threads run at once.
  /// - Throws: An ``EstimatorNameError``, or ``TrainingError/refusedCredit(_:)`` if the driving
  ///   estimator cannot be used in the environment.
  public init(
    _ environment: E, from warmStart: WarmStart, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, workers: Int = 1
  ) throws {
    var state = TrainerState(warmStart.policy, configuration)
    state.spending.demonstrationTurns = warmStart.demonstrationTurns
    try self.init(
      environment, resuming: state, configuration, catalog: catalog, workers: workers)
  }

  /// Goes on from a saved state.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - state: The state of a trainer with the same configuration.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - workers: How many environment steps and threads run at once.
  /// - Throws: As ``init(_:from:_:catalog:workers:)``.
  public init(
    _ environment: E, resuming state: TrainerState, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, workers: Int = 1
  ) throws {
    self.environment = environment
    self.configuration = configuration
    self.workers = workers
    let panel = try EstimatorPanel(
      environment, credit: configuration.credit, groupSize: configuration.groupSize,
      catalog: catalog)
    driver = panel.driver
    estimators = panel.all
    self.state = state
    self.state.policy.workers = workers
    self.state.policy.temperature = 1
    self.state.policy.actionLimit = configuration.actionTokens
  }

  /// Whether the updates or the environment turns of the configuration are used up.
  public var isFinished: Bool {
    state.iteration >= configuration.updates
      || (configuration.turns > 0 && state.spending.trainingTurns >= configuration.turns)
  }

  /// Makes one update.
  ///
  /// - Returns: What it did, or `nil` if the configuration's budget is used up.
  /// - Throws: `CancellationError`, ``TrainingError/everyEpisodeFailed(_:)``, a ``CreditError``. The
  ///   state is then as before the update.
  public mutating func step() async throws -> TrainingUpdate? {
    guard !isFinished else { return nil }
    var next = state
    var watch = Stopwatch()
    if next.critic == nil { try await prepareCritic(&next, &watch) }
    let iteration = next.iteration + 1
    let (episodes, groups) = try await collect(iteration, &next)
    watch.lap("collect")
    let credited = try credit(groups, next)
    if next.critic != nil {
      next.spending.scoredTokens += TrainingBatch(groups.flatMap(\.self)).tokenCount
    }
    watch.lap("credit")
    var update = TrainingUpdate(iteration: iteration, estimators: estimators, credited: credited)
    update.episodes = episodes.map { episode in
      TrainingUpdate.CreditedEpisode(episode: episode, credit: update.credit(of: episode.name))
    }
    try improve(&next, credited, &update)
    watch.lap("update")
    try improveCritic(&next, credited, &update)
    watch.lap("critic")
    next.iteration = iteration
    update.finish(spending: next.spending, timing: watch.laps)
    state = next
    return update
  }

  /// Counts the turns of an evaluation.
  mutating func spendEvaluation(turns: Int) { state.spending.evaluationTurns += turns }

  // MARK: - Collecting

  /// Plays the groups of an update, and those that a filter wants played for the ones it leaves out.
  private func collect(
    _ iteration: Int, _ next: inout TrainerState
  ) async throws -> (episodes: [Episode], groups: [[Episode]]) {
    let filter = configuration.filter
    guard filter != .none else { return try await collect(iteration, batch: 0, &next) }
    var (episodes, kept): ([Episode], [[Episode]]) = ([], [])
    for batch in 0..<(filter.replenishes ? configuration.filterBatches : 1)
    where kept.count < configuration.groups {
      let (played, groups) = try await collect(iteration, batch: batch, &next)
      let returns = try groups.map { try CreditGroup($0).episodes.map(\.totalReward) }
      let chosen = filter.kept(returns, mass: configuration.varianceMass)
        .prefix(configuration.groups - kept.count)
      episodes += played
      kept += chosen.map { groups[$0] }
      next.spending.filteredGroups += groups.count - chosen.count
    }
    return (episodes, kept)
  }

  private func collect(
    _ iteration: Int, batch: Int, _ next: inout TrainerState
  ) async throws -> (episodes: [Episode], groups: [[Episode]]) {
    let size = configuration.groupSize
    let scenarios = batch * configuration.groups..<(batch + 1) * configuration.groups
    let origins = scenarios.flatMap { scenario in
      (0..<size).map { member in
        EpisodeOrigin(
          seed: configuration.seed.value, split: .train, iteration: iteration, scenario: scenario,
          member: member)
      }
    }
    let episodes = try await play(origins, next.policy)
    let usable = episodes.filter(\.isCreditable)
    if usable.isEmpty, let failure = episodes.lazy.compactMap(\.ending.failure).first {
      throw TrainingError.everyEpisodeFailed(failure)
    }
    let groups = scenarios.map { scenario in
      usable.filter { $0.origin.scenario == scenario }
    }.filter { $0.count > 1 }
    next.spending.trainingTurns += episodes.reduce(0) { $0 + $1.turns.count }
    next.spending.sampledTokens += episodes.reduce(0) { $0 + $1.tape.sampledCount }
    next.spending.failedEpisodes += episodes.count(where: { $0.ending.failure != nil })
    next.spending.droppedGroups += scenarios.count - groups.count
    return (episodes, groups)
  }

  private func play(_ origins: [EpisodeOrigin], _ policy: LanguagePolicy) async throws -> [Episode]
  {
    let sessions = try origins.map { try Session(environment, origin: $0) }
    let played = await Rollout(.policy(policy), workers: workers).play(sessions)
    try Task.checkCancellation()
    return try played.map { try $0.episode() }
  }

  // MARK: - Crediting

  private func credit(_ groups: [[Episode]], _ next: TrainerState) throws -> [CreditedGroup] {
    let episodes = groups.flatMap(\.self)
    let values = next.critic?.evidence(for: episodes, workers: workers)
    var offset = 0
    return try groups.map { members in
      defer { offset += members.count }
      let critic = values.map { values in
        Evidence.Critic(
          values: Array(values.values[offset..<offset + members.count]),
          bootstrap: Array(values.bootstrap[offset..<offset + members.count]))
      }
      return try CreditedGroup(members, Evidence(critic: critic), by: estimators)
    }
  }

  // MARK: - Updating

  private func improve(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    let batch = TrainingBatch(groups.flatMap(\.episodes))
    guard batch.scoredCount > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    let credit = batch.spread(groups.flatMap { $0.credit[driver.spelling]?.episodes ?? [] })
    let square = credit.joined().reduce(0) { $0 + $1 * $1 } / Double(batch.scoredCount)
    guard square > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    // Scaled, not centred: the mean of the credit is part of what an estimator says.
    let scale = 1 / square.squareRoot()
    let advantages = credit.map { $0.map { $0 * scale } }
    let reference = next.reference?.score(batch.sequences, workers: workers)
      .map(\.logProbabilities)
    if reference != nil { next.spending.scoredTokens += batch.tokenCount }
    var order = Randomness(seed: configuration.seed.value).stream("minibatches", next.iteration)
    let report = try PolicyGradient(configuration: configuration, workers: workers).step(
      &next.policy.model, &next.optimizer, on: batch, advantages: advantages, reference: reference,
      order: &order)
    next.spending.trainedTokens += batch.tokenCount * configuration.epochs
    next.spending.scoredTokens += report.scoredTokens
    update.metrics["credit/scale"] = square.squareRoot()
    update.metrics.merge(report.metrics) { $1 }
  }

  /// Fits a new critic to the warm start before anything depends on it.
  private func prepareCritic(_ next: inout TrainerState, _ watch: inout Stopwatch) async throws {
    guard estimators.contains(where: { $0.estimator.needs.contains(.critic) }) else { return }
    var critic = Critic(from: next.policy.model)
    if configuration.criticEpisodes > 0 {
      let origins = (0..<configuration.criticEpisodes).map { number in
        EpisodeOrigin(seed: configuration.seed.value, split: .train, iteration: 0, scenario: number)
      }
      let played = try await play(origins, next.policy)
      let turns = played.reduce(0) { $0 + $1.turns.count }
      let episodes = played.filter(\.isCreditable)
      next.spending.sampledTokens += played.reduce(0) { $0 + $1.tape.sampledCount }
      next.spending.criticTurns += turns
      // The others only look at what the critic says, and need not pay for it.
      if driver.estimator.needs.contains(.critic) { next.spending.trainingTurns += turns }
      let targets = episodes.map { episode in
        let turns = CreditEpisode(episode)
        return zip(turns.turns, turns.returnsToGo()).map { turn, value in
          [Double](repeating: value, count: turn.sampledTokens)
        }
      }
      next.spending.trainedTokens += try critic.fit(
        episodes, targets: targets, epochs: 4, configuration: configuration,
        random: Randomness(seed: configuration.seed.value).stream("critic-start"),
        workers: workers)
    }
    next.critic = critic
    watch.lap("critic_start")
  }

  private func improveCritic(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    guard var critic = next.critic, configuration.criticEpochs > 0, !groups.isEmpty else { return }
    let names = [driver.spelling] + estimators.map(\.spelling)
    guard
      let name = names.first(where: { name in
        groups.allSatisfy {
          $0.credit[name]?.episodes.allSatisfy { $0.valueTargets != nil } ?? false
        }
      })
    else { return }
    let targets = groups.flatMap { group in
      (group.credit[name]?.episodes ?? []).map { $0.valueTargets ?? [] }
    }
    let values = groups.flatMap { $0.evidence.critic?.values ?? [] }
    update.metrics["critic/explained_variance"] = explainedVariance(values, targets)
    let episodes = groups.flatMap(\.episodes)
    next.spending.trainedTokens += try critic.fit(
      episodes, targets: targets, epochs: configuration.criticEpochs, configuration: configuration,
      random: Randomness(seed: configuration.seed.value).stream("critic", next.iteration),
      workers: workers)
    next.critic = critic
  }
}

/// 1 - Var(target - value) / Var(target); not a number where all targets are equal.
private func explainedVariance(_ values: [[[Double]]], _ targets: [[[Double]]]) -> Double {
  func variance(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(max(1, numbers.count))
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
  let goals = targets.joined().flatMap(\.self)
  let errors = zip(goals, values.joined().flatMap(\.self)).map { $0 - $1 }
  let total = variance(goals)
  return total > 0 ? 1 - variance(errors) / total : .nan
}
