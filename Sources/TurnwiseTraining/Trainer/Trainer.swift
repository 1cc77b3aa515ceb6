public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel

/// Improves a policy by collecting groups of episodes, crediting their turns, and making steps.
///
///     var trainer = try Trainer(environment, from: warmStart, configuration)
///     while let update = try await trainer.step() { print(update.metrics) }
///
/// One estimator of each family credits every group, so a trace shows the credit of each. The one
/// that the configuration names drives the update; its evidence is measured and charged. The same
/// configuration gives the same updates for any number of workers.
///
/// Three guards keep noise from moving a policy that is already good. *Solved* groups teach the
/// policy nothing: all their episodes and forks had the same return, which is the highest that the
/// run has seen, and the episodes succeeded (``TrainingUpdate/metrics`` `groups/solved`). Credit is
/// divided by its root mean square over the update, but never by less than a third of the usual
/// value (`credit/scale`). An update is taken back if its gradient, or its distance from the policy
/// that played or from the reference, is far larger than usual (``UpdateBrake``, `policy/braked`).
public struct Trainer<E: Environment>: Sendable {
  /// The environment.
  public let environment: E
  /// The options.
  public let configuration: RunConfiguration
  /// The estimators that credit each group.
  public let estimators: [CreditedEstimator]
  /// The most environment steps and threads that run at once.
  public let workers: Int
  /// The state that updates change.
  public internal(set) var state: TrainerState

  /// The estimator that drives the updates.
  let driver: CreditedEstimator

  /// Starts training from a warm start.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - warmStart: The policy to start from.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - evidence: The kinds of evidence that can be measured.
  ///   - workers: The most environment steps and threads that run at once.
  ///   - file: The file that is named if the number of workers is not positive.
  ///   - line: The line that is named.
  /// - Throws: An `EstimatorNameError`, ``TrainingError/refusedCredit(_:)`` if the driving estimator
  ///   cannot be used in the environment, or `CancellationError`.
  public init(
    _ environment: E, from warmStart: WarmStart, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, evidence: EvidenceCatalog = .standard, workers: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
  ) throws {
    var state = TrainerState(warmStart.policy, configuration, evidence: evidence)
    state.spending.demonstrationTurns = warmStart.demonstrationTurns
    try self.init(
      environment, resuming: state, configuration, catalog: catalog, workers: workers, file: file,
      line: line)
    try prepareEvidence(from: warmStart.demonstrations)
  }

  /// Continues training from a saved state.
  ///
  /// - Parameters:
  ///   - environment: The environment.
  ///   - state: The state of a trainer with the same configuration, with its kinds of evidence.
  ///   - configuration: The options.
  ///   - catalog: The estimators that can be named.
  ///   - workers: The most environment steps and threads that run at once.
  ///   - file: The file that is named if the number of workers is not positive.
  ///   - line: The line that is named.
  /// - Throws: As ``init(_:from:_:catalog:evidence:workers:file:line:)``.
  public init(
    _ environment: E, resuming state: TrainerState, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, workers: Int = 1, file: StaticString = #fileID,
    line: UInt = #line
  ) throws {
    require(
      workers > 0, "A trainer needs at least one worker, not \(workers).", file: file, line: line)
    self.environment = environment
    self.configuration = configuration
    self.workers = workers
    let panel = try EstimatorPanel(
      environment, credit: configuration.credit, groupSize: configuration.budget.groupSize,
      catalog: catalog, evidence: state.evidence.catalog)
    driver = panel.driver
    estimators = panel.all
    self.state = state
    self.state.policy.workers = workers
    self.state.policy.samplingTemperature = 1
    self.state.policy.version = String(state.iteration)
    self.state.policy.actionLimit = configuration.model.actionTokens
  }

  /// Whether the updates or the environment turns of the configuration are used up.
  public var isFinished: Bool {
    state.iteration >= configuration.budget.updates
      || (configuration.budget.turns > 0
        && state.spending.trainingTurns >= configuration.budget.turns)
  }

  /// Makes one update.
  ///
  /// - Returns: The results, or `nil` if the configuration's budget is used up.
  /// - Throws: `CancellationError`, ``TrainingError/everyEpisodeFailed(_:)``, a ``ForkError``, a
  ///   `CreditError`. The state is then as before the update.
  public mutating func step() async throws -> TrainingUpdate? {
    guard !isFinished else { return nil }
    var next = state
    var watch = Stopwatch()
    try await prepareEvidence(&next)
    watch.lap("prepare")
    next.iteration += 1
    let played = try await collect(&next)
    watch.lap("collect")
    let before = try await learn(beforeCrediting: played, &next)
    watch.lap("label")
    let (credited, forks) = try await credit(played, &next)
    watch.lap("credit")
    var update = TrainingUpdate(
      iteration: next.iteration, estimators: estimators, credited: credited)
    update.episodes = played.all.map { episode in
      TrainingUpdate.CreditedEpisode(episode: episode, credit: update.credit(of: episode.name))
    }
    update.forks = before.forks + forks
    try improve(&next, credited, &update)
    watch.lap("update")
    let after = try await learn(afterCrediting: credited, &next)
    update.forks += after.forks
    for metrics in [before.metrics, after.metrics] { update.metrics.merge(metrics) { $1 } }
    watch.lap("learn")
    update.finish(spending: next.spending, timing: watch.laps)
    state = next
    state.policy.version = String(state.iteration)
    return update
  }

  /// Counts the turns of an evaluation.
  mutating func spendEvaluation(turns: Int) { state.spending.evaluationTurns += turns }
}
