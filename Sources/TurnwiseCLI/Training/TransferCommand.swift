internal import Foundation
internal import Turnwise

/// Trains in one environment and evaluates in all: one row of a generalisation matrix.
struct TransferCommand: Subcommand {
  let name = "transfer"
  let summary = "train in one environment and evaluate in all of them"
  let operand: String? = "ENV"
  let examples = [
    "turnwise transfer keydoor-v1",
    "turnwise transfer shell-v1 --imitate own --updates 10 --seed 7",
  ]
  let flags =
    [Self.imitate] + training.all + [.environmentSet, .seed, .workers, .out, .force, .json]

  private static let training = TrainingFlags(without: ["warm-start", "demonstrations-from"])

  private static let imitate = Flag(
    "imitate", "imitate the experts of all environments, or of its own", value: "WHICH",
    default: Imitation.all.rawValue)

  private enum Imitation: String, CaseIterable, Codable { case all, own }

  private struct Configuration: Encodable {
    var imitate: Imitation
    var training: RunConfiguration
    var habitPilots: [String: HabitPilot]
  }

  private struct Answer: Encodable {
    var trainedIn: String
    var estimator: String
    var imitate: Imitation
    var seed: HexSeed
    var results: [Row]
    var trace: String
  }

  private struct Row: Encodable {
    var environment: String
    var isImitated: Bool
    var before: Success
    var after: Success
  }

  /// The held-out score; a share of successes with its Wilson interval, which describes one policy.
  private struct Success: Encodable {
    var share: Double
    var interval: Interval?
    var episodes: Int

    init(_ episodes: [Episode]) {
      let evaluation = Evaluation(episodes)
      (share, self.episodes) = (evaluation.score, evaluation.count)
      interval =
        evaluation.measure == .return
        ? nil
        : .wilson(
          successes: episodes.count { $0.judgement?.success == true }, of: evaluation.count)
    }

    var cells: [TextTable.Cell] {
      let percent = interval.map { Interval(low: 100 * $0.low, high: 100 * $0.high) }
      return [.number(episodes == 0 ? nil : 100 * share), .interval(percent)]
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let environment = try context.environment(of: invocation)
    return try await transfer(from: environment, invocation, context)
  }

  private func transfer<E: Environment>(
    from environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let configuration = try Self.training.configuration(invocation, in: environment)
    let imitation = try invocation.choice(Self.imitate, default: Imitation.all)
    let stages = TrainingStages(console: context.console, workers: try invocation.workers())
    let panel = try EstimatorPanel(
      environment, credit: configuration.credit, groupSize: configuration.budget.groupSize,
      catalog: context.catalog.estimators, evidence: context.catalog.evidence)
    for warning in panel.warnings + panel.warnings(about: configuration) {
      context.console.warn(warning)
    }
    let environments = context.catalog.environments.map { other -> any Environment in
      type(of: other).id == E.id ? environment : other
    }
    for other in environments {
      try other.draw(from: Split.allCases)
      try await other.prepare()
    }
    var imitated: [String: Imitated] = [:]
    for other in environments where imitation == .all || type(of: other).id == E.id {
      let id = type(of: other).id
      do {
        imitated[id] = try await Imitated(
          in: other, configuration, workers: stages.workers, context.console)
      } catch TrainingError.noExpert where id != E.id {
        context.console.warn("\(id) has no expert, so it is not imitated")
      }
    }
    let writer = try RunFolder.create(
      invocation, suggestion: "transfer-\(E.id)", name, environment,
      Configuration(
        imitate: imitation, training: configuration,
        habitPilots: imitated.compactMapValues(\.pilot)), stages.workers)
    let folder = writer.layout.folder
    do {
      var demonstrations: [String: [Episode]] = [:]
      for other in environments {
        let id = type(of: other).id
        if let imitated = imitated[id] {
          demonstrations[id] = try await stages.demonstrations(in: other, imitated)
        }
      }
      let warmStart = try stages.clone(
        environments.flatMap { demonstrations[type(of: $0).id] ?? [] }, configuration)
      let before = try await success(of: warmStart.policy, in: environments, configuration, stages)
      let trainer = try Trainer(
        environment, from: warmStart, configuration, catalog: context.catalog.estimators,
        evidence: context.catalog.evidence, workers: stages.workers)
      try await stages.train(trainer, writer, title: panel.driver.spelling)
      let policy = try TraceLayout(folder).readTrainer().policy
      let after = try await success(of: policy, in: environments, configuration, stages)
      let rows = environments.indices.map { index in
        let id = type(of: environments[index]).id
        return Row(
          environment: id, isImitated: demonstrations[id] != nil, before: before[index],
          after: after[index])
      }
      try report(
        Answer(
          trainedIn: E.id, estimator: panel.driver.spelling, imitate: imitation,
          seed: configuration.seed, results: rows, trace: folder.relativePath), folder, invocation,
        context)
      try writer.close()
      return .success
    } catch is CancellationError {
      context.console.note("stopped; what was done is in \(folder.relativePath)")
      return .interrupted
    }
  }

  /// Plays the held-out scenarios of each environment, the same scenarios for every policy.
  private func success(
    of policy: LanguagePolicy, in environments: [any Environment],
    _ configuration: RunConfiguration, _ stages: TrainingStages
  ) async throws -> [Success] {
    let count = configuration.evaluation.episodes
    let bar = ProgressBar(
      "evaluate", total: environments.count * count, unit: "episodes", console: stages.console)
    defer { bar.clear() }
    var results: [Success] = []
    for environment in environments {
      bar.advance(by: 0, detail: type(of: environment).id)
      results.append(
        Success(
          try await Evaluation.play(
            policy, greedily: false, in: environment, episodes: count,
            seed: configuration.seed.value, workers: stages.workers)))
      bar.advance(by: count)
    }
    bar.finish(
      zip(environments, results).map { environment, result in
        "\(type(of: environment).id) \(TrainingStages.percent(result.share))"
      }.joined(separator: ", "))
    return results
  }

  private func report(
    _ answer: Answer, _ folder: URL, _ invocation: Invocation, _ context: Context
  ) throws {
    try JSON.encode(answer, pretty: true).write(
      to: folder.appending(path: "results.json"), options: .atomic)
    if invocation.has(.json) { return try context.console.answer(json: answer) }
    var table = TextTable([
      .text("held-out success in"), .text("was"), .number("before, %", decimals: 1),
      .number("95 %", decimals: 1), .number("after, %", decimals: 1), .number("95 %", decimals: 1),
    ])
    for row in answer.results {
      table.append(
        [
          .text(row.environment),
          .text(
            row.environment == answer.trainedIn ? "trained" : row.isImitated ? "imitated" : "new"),
        ] + row.before.cells + row.after.cells)
    }
    context.console.answer(table.rendered(width: context.console.width))
    context.console.answer("trace   \(answer.trace)")
  }
}
