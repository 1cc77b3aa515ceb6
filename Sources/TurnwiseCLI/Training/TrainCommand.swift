internal import Foundation
internal import Turnwise

/// Trains one policy.
struct TrainCommand: Subcommand {
  let name = "train"
  let summary = "train a policy with one credit estimator"
  let operand: String? = "ENV"
  let examples = [
    "turnwise train keydoor-v1 --credit turn --updates 10",
    "turnwise train keydoor-v1 --credit token:lambda=0.9 --updates 2 --seed 7",
  ]
  let flags =
    ConfigurationFlags.all + [.environmentSet, .tasks, .seed, .workers, .out, .force, .json]

  private struct Answer: Encodable {
    var environment: String
    var estimator: String
    var seed: HexSeed
    var curve: EvaluationCurve
    /// Why the policy does not learn, if it does not.
    var diagnosis: LearningDiagnosis
    var trace: String
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let environment = try context.environment(of: invocation)
    return try await train(environment, invocation, context)
  }

  private func train<E: Environment>(
    _ environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    var configuration = try ConfigurationFlags.configuration(invocation)
    try ConfigurationFlags.refuseNeedless(invocation, configuration)
    let workers = try invocation.workers()
    let panel = try EstimatorPanel(
      environment, credit: configuration.credit, groupSize: configuration.groupSize,
      catalog: context.catalog.estimators)
    for warning in panel.warnings + panel.lossWarnings(configuration) {
      context.console.warn(warning)
    }
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    let stages = TrainingStages(console: context.console, workers: workers)
    let start: Start
    let record: JSONValue
    if configuration.warmStart.isEmpty {
      let imitated = try await Imitated(
        in: environment, configuration, workers: workers, writingTo: invocation.text(.out),
        context.console)
      configuration = imitated.configuration
      (start, record) = (.imitation(imitated), try imitated.record(of: configuration))
    } else {
      let state = try TrainedPolicy.state(
        in: configuration.warmStart, for: environment, writingTo: invocation.text(.out),
        context.console)
      (start, record) = (.known(WarmStart(state)), try JSONValue(encoding: configuration))
    }
    let writer = try RunFolder.create(
      invocation, suggestion: "train-\(E.id)-\(RunFolder.word(panel.driver.spelling))", name,
      environment, record, workers)
    let folder = writer.layout.folder
    do {
      var demonstrations: [Episode] = []
      var observer = LearningObserver()
      let warmStart: WarmStart
      switch start {
      case .known(let known): warmStart = known
      case .imitation(let imitated):
        demonstrations = try await stages.demonstrations(in: environment, imitated)
        warmStart = try await stages.warmStart(in: environment, from: demonstrations, imitated)
        observer = LearningObserver(demonstrations, warmStart, imitated)
      }
      let trainer = try Trainer(
        environment, from: warmStart, configuration, catalog: context.catalog.estimators,
        workers: workers)
      let (curve, diagnosis) = try await stages.train(
        trainer, writer, title: panel.driver.spelling, demonstrations: demonstrations,
        watching: observer)
      try writer.close()
      let answer = Answer(
        environment: E.id, estimator: panel.driver.spelling, seed: configuration.seed, curve: curve,
        diagnosis: diagnosis, trace: folder.relativePath)
      if invocation.has(.json) {
        try context.console.answer(json: answer)
      } else {
        stages.describe(curve)
        let lines = DiagnosisWords.lines(
          diagnosis, subject: "the policy", trace: answer.trace)
        if !lines.isEmpty { context.console.answer(lines.joined(separator: "\n")) }
        context.console.answer(
          "trace   \(answer.trace)\nread it: \(Program.name) show \(answer.trace)\n"
            + "play it: \(Program.name) run \(E.id) --policy \(answer.trace)"
            + (invocation.text(.tasks).map { " --tasks \($0)" } ?? ""))
      }
      return .success
    } catch is CancellationError {
      context.console.note("stopped; what was done is in \(folder.relativePath)")
      return .interrupted
    }
  }

  /// Where training starts.
  private enum Start {
    /// From the policy of another run.
    case known(WarmStart)
    /// From one that imitates this.
    case imitation(Imitated)
  }
}
