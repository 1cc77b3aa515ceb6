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
    try Self.refuseNeedlessFlags(invocation, configuration)
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
    let known =
      configuration.warmStart.isEmpty
      ? nil
      : WarmStart(
        try TrainedPolicy.state(
          in: configuration.warmStart, for: environment, writingTo: invocation.text(.out),
          context.console))
    let imitated =
      known == nil
      ? try await Imitated(
        in: environment, configuration, workers: workers, writingTo: invocation.text(.out),
        context.console) : nil
    if let imitated { configuration = imitated.configuration }
    let writer = try RunFolder.create(
      invocation, suggestion: "train-\(E.id)-\(RunFolder.word(panel.driver.spelling))", name,
      environment, try imitated?.record(of: configuration) ?? JSONValue(encoding: configuration),
      workers)
    let folder = writer.layout.folder
    do {
      var demonstrations: [Episode] = []
      var observer = LearningObserver()
      var warmStart = known
      if let imitated {
        demonstrations = try await stages.demonstrations(in: environment, imitated)
        let start = try await stages.warmStart(in: environment, from: demonstrations, imitated)
        observer = LearningObserver(demonstrations, start, imitated)
        warmStart = start
      }
      guard let warmStart else { return .negative }
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

  /// Refuses options of imitation and of the model's shape where the policy of another run is the start:
  /// they would change nothing.
  private static func refuseNeedlessFlags(
    _ invocation: Invocation, _ configuration: RunConfiguration
  ) throws {
    guard !configuration.warmStart.isEmpty else { return }
    let needless = ConfigurationFlags.all.filter {
      RunConfiguration.warmStartProperties.contains(ConfigurationFlags.property(of: $0))
        && invocation.has($0)
    }
    if let flag = needless.first {
      throw UsageError.conflict(
        "--\(flag.name) changes nothing with --warm-start, whose policy is taken as it is")
    }
  }
}
