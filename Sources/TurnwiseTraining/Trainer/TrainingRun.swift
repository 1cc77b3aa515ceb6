internal import Foundation
public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseTrace

/// Trains a policy, evaluates it on the way, and writes the trace of all that.
public struct TrainingRun<E: Environment> {
  /// What there is to say while a run goes on.
  public enum Event: Sendable {
    /// An update was made.
    case updated(TrainingUpdate, turns: Int)
    /// The policy was evaluated.
    case evaluated(EvaluationCurve.Point)
  }

  private var trainer: Trainer<E>
  private let writer: TraceWriter
  private var curve = EvaluationCurve()

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - trainer: The trainer, at its start.
  ///   - writer: Receives episodes, metrics and the trainer's state.
  public init(_ trainer: Trainer<E>, writer: TraceWriter) {
    self.trainer = trainer
    self.writer = writer
  }

  /// Trains until the configuration's budget is used up.
  ///
  /// When the task is cancelled, the update in progress is given up; what was written stays, and the
  /// state of the last whole update is saved.
  ///
  /// - Parameters:
  ///   - start: The evaluation of the warm start, where it is known.
  ///   - report: Called after each update and evaluation.
  /// - Returns: The learning curve.
  /// - Throws: `CancellationError`, a ``TraceError``, or what the trainer throws.
  public mutating func run(
    start: [Episode]? = nil, report: (Event) -> Void = { _ in }
  ) async throws -> EvaluationCurve {
    do {
      try await evaluate(start, isBoundary: true, report)
      while let update = try await trainer.step() {
        try record(update)
        report(.updated(update, turns: trainer.state.spending.trainingTurns))
        if trainer.isFinished || update.iteration % trainer.configuration.evaluationEvery == 0 {
          try await evaluate(nil, isBoundary: trainer.isFinished, report)
        }
      }
    } catch {
      try? save()
      throw error
    }
    return curve
  }

  private func record(_ update: TrainingUpdate) throws {
    for entry in update.episodes {
      let credit = entry.credit.mapValues { CreditRecord(turns: $0.turns, tokens: $0.tokens) }
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
  }

  private mutating func evaluate(
    _ known: [Episode]?, isBoundary: Bool, _ report: (Event) -> Void
  ) async throws {
    var watch = Stopwatch()
    let configuration = trainer.configuration
    let update = trainer.state.iteration
    func play(greedy: Bool) async throws -> [Episode] {
      try await Evaluation.play(
        trainer.state.policy, greedily: greedy, in: trainer.environment,
        episodes: configuration.evaluationEpisodes, seed: configuration.seed.value,
        workers: trainer.workers)
    }
    var episodes = known ?? []
    if known == nil {
      episodes = try await play(greedy: false)
      if isBoundary { episodes += try await play(greedy: true) }
    }
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
    curve.points.append(point)
    try save()
    report(.evaluated(point))
  }

  /// Writes the trainer's state under another name and renames it, so that there is always a whole one.
  ///
  /// Episodes and metrics are on the disk before it: no state is newer than what it was learnt from.
  private func save() throws {
    let file = writer.layout.trainer
    try writer.synchronize()
    do {
      try JSON.encode(trainer.state).write(to: file, options: .atomic)
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: file.relativePath)
    }
  }
}

extension TraceLayout {
  /// Reads the state of the trainer that wrote a run.
  ///
  /// - Throws: A ``TraceError``.
  public func readTrainer() throws -> TrainerState {
    try read(TrainerState.self, from: trainer)
  }
}
