internal import Foundation
internal import Turnwise

/// The runs of a comparison: each estimator with each seed.
///
/// The runs of a seed share one warm start.
///
/// All runs of a seed are begun before the first of them continues: each folder then contains the warm start
/// and its evaluation, so that an interrupted comparison repeats imitation only for runs that had not begun.
struct Comparison<E: Environment> {
  let environment: E
  let options: ComparisonOptions
  /// What the warm start imitates; `nil` if every run has begun.
  let imitated: Imitated?
  /// The writer of the comparison's folder.
  let writer: TraceWriter
  /// Which folders are allowed for the runs.
  let placement: FolderPlacement
  /// The number of updates between two saves.
  let saveInterval: Int
  let stages: TrainingStages
  let catalog: Catalog
  /// The number of groups that are played before the first run, to note whether credit can help.
  var headroomGroups = 0

  private var demonstrations: [Episode]?
  /// The results of the runs that are complete.
  private(set) var result: ComparisonResult
  /// The runs that did not learn.
  private(set) var unlearnt: [Unlearnt] = []

  /// A run that did not learn.
  struct Unlearnt {
    var name: String
    var diagnosis: LearningDiagnosis
    var trace: String
  }

  private static var command: String { CompareCommand().name }

  init(
    _ environment: E, _ options: ComparisonOptions, imitating imitated: Imitated?,
    _ writer: TraceWriter, _ placement: FolderPlacement, saveInterval: Int,
    _ stages: TrainingStages, _ catalog: Catalog
  ) {
    (self.environment, self.options, self.imitated) = (environment, options, imitated)
    (self.writer, self.placement, self.saveInterval) = (writer, placement, saveInterval)
    (self.stages, self.catalog) = (stages, catalog)
    result = ComparisonResult(environment: E.id, plannedSeeds: options.seeds)
  }

  /// Finishes all runs, and reads those that are complete already.
  ///
  /// The results are written after each run, so that they are not lost if the comparison is killed.
  ///
  /// - Throws: `CancellationError`, a ``TraceError``, or an error of training.
  mutating func run() async throws {
    for arms in options.arms(in: writer.layout) {
      try await begin(arms)
      for arm in arms {
        try await finish(arm)
        try result.finished(of: options.variants.count)
          .answer(trace: writer.layout.folder.relativePath, threshold: options.threshold)
          .write(to: writer.layout)
      }
    }
  }

  /// Begins the runs of a seed that have not saved anything yet.
  private mutating func begin(_ arms: [ComparisonOptions.Arm]) async throws {
    let fresh = try arms.filter { try ResumedRun.progress(of: $0.layout) == nil }
    guard let first = fresh.first, let imitated else { return }
    let isFirst = demonstrations == nil
    if isFirst {
      demonstrations = try await stages.demonstrations(in: environment, imitated)
    }
    let demonstrations = demonstrations ?? []
    let seed = first.configuration.seed
    let warmStart = try await stages.warmStart(
      in: environment, from: demonstrations, imitated, seed: seed,
      title: "seed \(seed.value) imitate")
    let start = try await stages.evaluate(
      warmStart.policy, in: environment, first.configuration,
      title: "seed \(seed.value) evaluate")
    for (number, arm) in fresh.enumerated() {
      let writer = try RunFolder.writer(
        arm.layout.folder, Self.command, environment, try imitated.record(of: arm.configuration),
        stages.workers, placement)
      let trainer = try Trainer(
        environment, from: warmStart, arm.configuration, catalog: catalog.estimators,
        evidence: catalog.evidence, workers: stages.workers)
      _ = try TrainingRun(
        trainer, writer: writer, demonstrations: demonstrations, start: start,
        observer: LearningObserver(demonstrations, warmStart, imitated))
      try writer.close()
      if isFirst, number == 0 {
        try await stages.noteHeadroom(
          of: trainer.state, in: environment, arm.configuration, estimators: options.estimators,
          catalog.estimators, groups: headroomGroups)
      }
    }
  }

  /// Continues a run to its end, if it is not complete, and adds it to the results.
  private mutating func finish(_ arm: ComparisonOptions.Arm) async throws {
    let writer = try ResumedRun.writer(arm.layout, Self.command)
    writer.cut.words.map { stages.console.note("\(arm.title): \($0)") }
    var run = try TrainingRun(
      resuming: writer, in: environment, arm.configuration, catalog: catalog.estimators,
      evidence: catalog.evidence, workers: stages.workers, savingEvery: saveInterval)
    if !run.progress.isFinished {
      try await stages.train(&run, arm.configuration, title: arm.title)
    }
    try writer.close()
    let diagnosis = run.progress.diagnosis
    if !diagnosis.isLearning {
      unlearnt.append(
        Unlearnt(
          name: arm.name, diagnosis: diagnosis,
          trace: arm.layout.folder.relativePath))
    }
    result.add(
      ComparedRun(
        variant: arm.variant, seed: arm.configuration.seed,
        folder: arm.layout.folder.lastPathComponent, curve: run.progress.curve,
        figures: try TrainingFigures(arm.layout)))
  }
}
