internal import Foundation
public import TurnwiseCore
public import TurnwiseCredit
internal import TurnwiseModel
public import TurnwiseTrace

/// Trains a policy, evaluates it regularly, and writes the trace.
///
///     var run = try TrainingRun(trainer, writer: writer)
///     try await run.run()
///     print(run.progress.curve)
///
/// The state is saved regularly, so a run that was stopped at any moment can be continued with
/// ``init(resuming:in:_:catalog:evidence:workers:savingEvery:)``. Its episodes, metrics and weights
/// are then the same as without the stop.
public struct TrainingRun<E: Environment> {
  /// An event that is reported while a run goes on.
  public enum Event: Sendable {
    /// An update was made.
    case updated(TrainingUpdate, turns: Int)
    /// The policy was evaluated.
    case evaluated(EvaluationCurve.Point)
  }

  /// The evaluations and observations so far.
  public private(set) var progress: TrainingProgress
  /// The state of the trainer so far.
  public var state: TrainerState { trainer.state }

  private var trainer: Trainer<E>
  private let writer: TraceWriter
  private let saveInterval: Int
  /// The state that can be saved: the last one for which all records were written.
  private var whole: (state: TrainerState, progress: TrainingProgress)

  /// Begins a run, and saves its first state.
  ///
  /// - Parameters:
  ///   - trainer: The trainer, at its start.
  ///   - writer: Receives episodes, metrics and the trainer's state.
  ///   - demonstrations: The imitated demonstrations; the first ones become part of the trace.
  ///   - start: The evaluation of the warm start, if it is known.
  ///   - observer: The observations of the imitation.
  ///   - interval: The number of updates between two saves. The state is also saved after each evaluation and
  ///     at the end.
  /// - Throws: A `TraceError`.
  public init(
    _ trainer: Trainer<E>, writer: TraceWriter, demonstrations: [Episode] = [],
    start: [Episode]? = nil, observer: LearningObserver = LearningObserver(),
    savingEvery interval: Int = 1
  ) throws {
    (self.trainer, self.writer, saveInterval) = (trainer, writer, max(1, interval))
    progress = TrainingProgress(observer: observer)
    whole = (trainer.state, progress)
    for episode in demonstrations.prefix(WarmStart.shownCount) {
      try writer.append(EpisodeRecord(purpose: .demonstration, episode: episode))
    }
    var watch = Stopwatch()
    if let start { _ = try record(evaluation: start, &watch) }
    commit()
    try save()
  }

  /// Continues a run from its saved state.
  ///
  /// - Parameters:
  ///   - writer: The writer of the run, which kept the records that ``TrainingProgress/length`` counts.
  ///   - environment: The environment.
  ///   - configuration: The options of the run.
  ///   - catalog: The estimators that can be named.
  ///   - evidence: The kinds of evidence that can be measured.
  ///   - workers: The most environment steps and threads that run at once.
  ///   - interval: The number of updates between two saves.
  /// - Throws: A `TraceError` if the state cannot be read, or what the trainer throws.
  public init(
    resuming writer: TraceWriter, in environment: E, _ configuration: RunConfiguration,
    catalog: EstimatorCatalog = .standard, evidence: EvidenceCatalog = .standard, workers: Int = 1,
    savingEvery interval: Int = 1
  ) throws {
    guard let progress = try writer.layout.readProgress() else {
      throw TraceError(.missing, file: writer.layout.trainer.relativePath)
    }
    trainer = try Trainer(
      environment, resuming: writer.layout.readTrainer(evidence: evidence), configuration,
      catalog: catalog, workers: workers)
    (self.writer, saveInterval, self.progress) = (writer, max(1, interval), progress)
    whole = (trainer.state, progress)
  }

  /// Trains until the configuration's budget is used up.
  ///
  /// If the task is cancelled, the update in progress is given up. Written records stay, and the state
  /// after the last whole update is saved.
  ///
  /// - Parameter report: Called after each update and evaluation.
  /// - Throws: `CancellationError`, a `TraceError`, or what the trainer throws.
  public mutating func run(report: (Event) -> Void = { _ in }) async throws {
    do {
      if isEvaluationDue { try await evaluate(report) }
      while let update = try await trainer.step() {
        try record(update)
        commit()
        if update.iteration.isMultiple(of: saveInterval) { try save() }
        report(.updated(update, turns: trainer.state.spending.trainingTurns))
        if isEvaluationDue { try await evaluate(report) }
      }
    } catch {
      try? save()
      throw error
    }
  }

  /// Whether the policy is to be evaluated before the next update: at the start, at the end, and regularly.
  private var isEvaluationDue: Bool {
    let update = trainer.state.iteration
    guard progress.curve.final?.update != update else { return false }
    if isAtBoundary { return true }
    let evaluation = trainer.configuration.evaluation
    guard evaluation.turns > 0 else { return update.isMultiple(of: evaluation.every) }
    // At the multiples, so that runs with updates of different sizes are evaluated at the same places.
    let past = (progress.curve.final?.turns ?? 0) / evaluation.turns
    return trainer.state.spending.trainingTurns / evaluation.turns > past
  }

  /// Whether the run is at its start or at its end, where the policy is also evaluated greedily.
  private var isAtBoundary: Bool { trainer.state.iteration == 0 || trainer.isFinished }

  private mutating func record(_ update: TrainingUpdate) throws {
    for entry in update.episodes {
      let credit = entry.credit.mapValues { CreditRecord($0) }
      try writer.append(
        EpisodeRecord(
          purpose: .training, update: update.iteration, episode: entry.episode,
          credit: credit.isEmpty ? nil : credit))
    }
    for fork in update.forks {
      try writer.append(EpisodeRecord(purpose: .fork, update: update.iteration, episode: fork))
    }
    try writer.append(
      MetricsRecord(update: update.iteration, metrics: update.metrics, timing: update.timing))
    progress.observer.see(update.episodes.map(\.episode))
  }

  private mutating func evaluate(_ report: (Event) -> Void) async throws {
    var watch = Stopwatch()
    let configuration = trainer.configuration
    var episodes: [Episode] = []
    for isGreedy in isAtBoundary ? [false, true] : [false] {
      episodes += try await Evaluation.play(
        trainer.state.policy, greedily: isGreedy, in: trainer.environment,
        episodes: configuration.evaluation.episodes, seed: configuration.seed.value,
        workers: trainer.workers)
    }
    let point = try record(evaluation: episodes, &watch)
    commit()
    try save()
    report(.evaluated(point))
  }

  /// Appends an evaluation to the trace and to the curve.
  private mutating func record(
    evaluation episodes: [Episode], _ watch: inout Stopwatch
  ) throws -> EvaluationCurve.Point {
    let update = trainer.state.iteration
    for episode in episodes {
      try writer.append(EpisodeRecord(purpose: .evaluation, update: update, episode: episode))
    }
    let greedy = episodes.filter { $0.policy?.isGreedy ?? false }
    let point = EvaluationCurve.Point(
      update: update, turns: trainer.state.spending.trainingTurns,
      sampled: Evaluation(episodes.filter { !($0.policy?.isGreedy ?? false) }),
      greedy: greedy.isEmpty ? nil : Evaluation(greedy))
    trainer.spendEvaluation(turns: episodes.reduce(0) { $0 + $1.turns.count })
    watch.lap("evaluate")
    var metrics = point.sampled.metrics("evaluation")
    if let greedy = point.greedy { metrics.merge(greedy.metrics("evaluation_greedy")) { $1 } }
    try writer.append(
      MetricsRecord(
        update: update, metrics: metrics.merging(trainer.state.spending.metrics) { $1 },
        timing: watch.laps))
    progress.curve.points.append(point)
    return point
  }

  /// Makes the present state the one that is saved.
  private mutating func commit() {
    progress.length = writer.length
    progress.isFinished = trainer.isFinished && !isEvaluationDue
    whole = (trainer.state, progress)
  }

  /// Saves the state; episodes and metrics are written to disk first, so no state is newer than its
  /// trace.
  private func save() throws {
    try writer.synchronize()
    try writer.layout.write(whole.state, whole.progress)
  }
}
