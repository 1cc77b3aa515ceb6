public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel

/// Improves a policy: collect groups of episodes, credit their turns, step.
///
///     var trainer = try Trainer(environment, from: warmStart, configuration)
///     while let update = try await trainer.step() { print(update.metrics) }
///
/// One estimator of each family credits every group, so that a trace shows what each would have said;
/// the one that the configuration names drives the update, and what it needs is measured and charged. The
/// same configuration gives the same updates for any number of workers.
///
/// Three guards keep noise from moving a policy that is good already. Groups that are *solved* teach the
/// policy nothing: all their episodes and forks earned the same, which is the most that the run has seen,
/// and they succeeded (``TrainingUpdate/metrics`` `groups/solved`). Credit is divided by its root mean
/// square over the update, but never by less than a third of what that usually is (`credit/scale`). And an
/// update whose gradient, or whose distance from the policy that played or from the reference, leaves the
/// usual by far is taken back (``UpdateBrake``, `policy/braked`).
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
  let driver: CreditedEstimator

  /// Starts training from a warm start.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - warmStart: Where learning starts.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - workers: How many environment steps and threads run at once.
  ///   - file: The file that is named where the configuration has a count that cannot be played.
  ///   - line: The line that is named.
  /// - Throws: An ``EstimatorNameError``, or ``TrainingError/refusedCredit(_:)`` if the driving
  ///   estimator cannot be used in the environment.
  public init(
    _ environment: E, from warmStart: WarmStart, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, workers: Int = 1, file: StaticString = #fileID,
    line: UInt = #line
  ) throws {
    var state = TrainerState(warmStart.policy, configuration)
    state.spending.demonstrationTurns = warmStart.demonstrationTurns
    try self.init(
      environment, resuming: state, configuration, catalog: catalog, workers: workers, file: file,
      line: line)
  }

  /// Goes on from a saved state.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - state: The state of a trainer with the same configuration.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - workers: How many environment steps and threads run at once.
  ///   - file: The file that is named where the configuration has a count that cannot be played.
  ///   - line: The line that is named.
  /// - Throws: As ``init(_:from:_:catalog:workers:file:line:)``.
  public init(
    _ environment: E, resuming state: TrainerState, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, workers: Int = 1, file: StaticString = #fileID,
    line: UInt = #line
  ) throws {
    configuration.requireCounts(file: file, line: line)
    require(
      workers > 0, "A trainer needs at least one worker, not \(workers).", file: file, line: line)
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
    self.state.policy.samplingTemperature = 1
    self.state.policy.version = String(state.iteration)
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
  /// - Throws: `CancellationError`, ``TrainingError/everyEpisodeFailed(_:)``, a ``ForkError``, a
  ///   ``CreditError``. The state is then as before the update.
  public mutating func step() async throws -> TrainingUpdate? {
    guard !isFinished else { return nil }
    var next = state
    var watch = Stopwatch()
    if next.critic == nil { try await prepareCritic(&next, &watch) }
    next.iteration += 1
    let collection = try await collect(&next)
    watch.lap("collect")
    var metrics: [String: Double] = [:]
    let labels = try await learnProcessModel(from: collection, &next, &metrics, &watch)
    let (credited, forks) = try await credit(collection, &next)
    watch.lap("credit")
    var update = TrainingUpdate(
      iteration: next.iteration, estimators: estimators, credited: credited)
    update.episodes = collection.episodes.map { episode in
      TrainingUpdate.CreditedEpisode(episode: episode, credit: update.credit(of: episode.name))
    }
    update.forks = labels + forks
    update.metrics.merge(metrics) { $1 }
    try improve(&next, credited, &update)
    watch.lap("update")
    try improveCritic(&next, credited, &update)
    try improveImplicitModel(&next, credited, &update)
    watch.lap("critic")
    update.finish(spending: next.spending, timing: watch.laps)
    state = next
    state.policy.version = String(state.iteration)
    return update
  }

  /// Counts the turns of an evaluation.
  mutating func spendEvaluation(turns: Int) { state.spending.evaluationTurns += turns }

  /// A random stream of the present update.
  func random(_ name: String, _ state: TrainerState) -> Randomness {
    Randomness(seed: configuration.seed.value).stream(name, state.iteration)
  }
}
