internal import Foundation
internal import Turnwise

/// Trains one policy.
struct TrainCommand: ResumableCommand {
  let name = "train"
  let summary = "train a policy with one credit estimator"
  let operand: String? = "ENV"
  let examples = [
    "turnwise train keydoor-v1 --credit turn --updates 10",
    "turnwise train keydoor-v1 --credit token:lambda=0.9 --updates 2 --seed 7",
    "turnwise train --resume traces/mine",
  ]
  let flags =
    training.all
    + [.environmentSet, .tasks, .seed, .workers, .out, .force, .resume, .saveEvery]
    + [.headroom, .json]

  private static let training = TrainingFlags()

  /// Begins a run in a new folder.
  func begin<E: Environment>(
    in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    var configuration = try Self.training.configuration(invocation, in: environment)
    try Self.training.refuseNeedless(invocation, configuration)
    let workers = try invocation.workers()
    _ = try (invocation.saveInterval(), invocation.headroomGroups())
    let panel = try panel(environment, configuration, context)
    for warning in panel.warnings + panel.warnings(about: configuration) {
      context.console.warn(warning)
    }
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    let start = try await Start(
      in: environment, configuration, workers: workers, writingTo: invocation.text(.out), context)
    configuration = start.configuration
    let writer = try RunFolder.create(
      invocation, suggestion: "train-\(E.id)-\(RunFolder.word(panel.driver.spelling))", name,
      environment, try start.record, workers)
    return try await train(
      in: environment, configuration, writer, from: start, invocation, context)
  }

  /// Continues a run that was interrupted, from its beginning if it has saved nothing yet.
  func resume<E: Environment>(
    _ run: ResumedRun, in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    run.warnOfDifferences(context.console)
    let environment = try await run.prepared(environment)
    let writer = try ResumedRun.writer(run.layout, name)
    writer.cut.words.map(context.console.note)
    let isBegun = try run.layout.readProgress() != nil
    let start =
      isBegun
      ? nil
      : try await Start(
        in: environment, run.configuration, chosenBy: run.pilot,
        workers: try invocation.workers(), writingTo: run.layout.folder.relativePath, context)
    return try await train(
      in: environment, run.configuration, writer, from: start, invocation, context)
  }

  private func panel<E: Environment>(
    _ environment: E, _ configuration: RunConfiguration, _ context: Context
  ) throws -> EstimatorPanel {
    try EstimatorPanel(
      environment, credit: configuration.credit, groupSize: configuration.budget.groupSize,
      catalog: context.catalog.estimators, evidence: context.catalog.evidence)
  }

  // MARK: - Training

  /// Trains to the end of the budget from a start, or from the saved state, and prints the results.
  private func train<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, _ writer: TraceWriter, from start: Start?,
    _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let catalog = context.catalog
    let stages = TrainingStages(console: context.console, workers: try invocation.workers())
    let driver = try panel(environment, configuration, context).driver.spelling
    let interval = try invocation.saveInterval()
    let folder = writer.layout.folder.relativePath
    do {
      var run: TrainingRun<E>
      if let start {
        let (warmStart, demonstrations, observer) =
          try await start.warmStart(in: environment, stages)
        run = try TrainingRun(
          Trainer(
            environment, from: warmStart, configuration, catalog: catalog.estimators,
            evidence: catalog.evidence, workers: stages.workers),
          writer: writer, demonstrations: demonstrations, observer: observer,
          savingEvery: interval)
        try await stages.noteHeadroom(
          of: run.state, in: environment, configuration,
          estimators: [configuration.credit] + catalog.estimators.shown(hasSubtasks: true),
          catalog.estimators, groups: invocation.headroomGroups())
      } else {
        run = try TrainingRun(
          resuming: writer, in: environment, configuration, catalog: catalog.estimators,
          evidence: catalog.evidence, workers: stages.workers, savingEvery: interval)
        context.console.note(
          run.progress.isFinished
            ? "\(folder) is complete" : "\(folder) continues after update \(run.state.iteration)")
      }
      if !run.progress.isFinished {
        try await stages.train(&run, configuration, title: driver)
      }
      try writer.close()
      try report(
        Answer(
          environment: E.id, estimator: driver, seed: configuration.seed,
          curve: run.progress.curve, diagnosis: run.progress.diagnosis, trace: folder),
        stages, invocation, context)
      return .success
    } catch {
      context.console.note(
        "stopped; what was done is in \(folder)\n"
          + "continue it: \(Program.name) \(name) --resume \(folder)")
      guard error is CancellationError else { throw error }
      return .interrupted
    }
  }

  // MARK: - Words

  private struct Answer: Encodable {
    var environment: String
    var estimator: String
    var seed: HexSeed
    var curve: EvaluationCurve
    /// The reasons why the policy does not learn, if it does not.
    var diagnosis: LearningDiagnosis
    var trace: String
  }

  private func report(
    _ answer: Answer, _ stages: TrainingStages, _ invocation: Invocation, _ context: Context
  ) throws {
    if invocation.has(.json) { return try context.console.answer(json: answer) }
    stages.describe(answer.curve)
    let lines = DiagnosisWords.lines(
      answer.diagnosis, subject: "the policy", trace: answer.trace)
    if !lines.isEmpty { context.console.answer(lines.joined(separator: "\n")) }
    context.console.answer(
      "trace   \(answer.trace)\nread it: \(Program.name) show \(answer.trace)\n"
        + "play it: \(Program.name) run \(answer.environment) --policy \(answer.trace)"
        + invocation.texts(.environmentSet).map { " --env-set \($0)" }.joined()
        + (invocation.text(.tasks).map { " --tasks \($0)" } ?? ""))
  }
}
