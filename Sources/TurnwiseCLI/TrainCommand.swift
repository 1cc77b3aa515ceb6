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
    var trace: String
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let environment = try context.environment(of: invocation)
    return try await train(environment, invocation, context)
  }

  private func train<E: Environment>(
    _ environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let configuration = try ConfigurationFlags.configuration(invocation)
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
    let writer = try RunFolder.create(
      invocation, suggestion: "train-\(E.id)-\(RunFolder.word(panel.driver.spelling))", name,
      environment, configuration, workers)
    let folder = writer.layout.folder
    let warmStart =
      if let known { known } else { try await stages.warmStart(in: environment, configuration) }
    let trainer = try Trainer(
      environment, from: warmStart, configuration, catalog: context.catalog.estimators,
      workers: workers)
    do {
      let curve = try await stages.train(trainer, writer, title: panel.driver.spelling)
      try writer.close()
      let answer = Answer(
        environment: E.id, estimator: panel.driver.spelling, seed: configuration.seed, curve: curve,
        trace: folder.relativePath)
      if invocation.has(.json) {
        try context.console.answer(json: answer)
      } else {
        stages.describe(curve)
        context.console.answer(
          "trace   \(answer.trace)\nread it: turnwise show \(answer.trace)\n"
            + "play it: turnwise run \(E.id) --policy \(answer.trace)"
            + (invocation.text(.tasks).map { " --tasks \($0)" } ?? ""))
      }
      return .success
    } catch is CancellationError {
      context.console.note("stopped; what was done is in \(folder.relativePath)")
      return .interrupted
    }
  }
}
