internal import Foundation
internal import Turnwise

/// Trains with several estimators on the same seeds at one budget, and compares what they learnt.
struct CompareCommand: Subcommand {
  let name = "compare"
  let summary = "train with several credit estimators at one budget and compare them"
  let operand: String? = "ENV"
  let examples = [
    "turnwise compare shell-v1",
    "turnwise compare keydoor-v1 --credit rloo,turn --seeds 5",
  ]
  let flags =
    [Self.credit, Self.seeds, Self.threshold]
    + ConfigurationFlags.all.filter { !["credit", "warm-start"].contains($0.name) }.map {
      Self.rebased($0)
    }
    + [.environmentSet, .tasks, .seed, .workers, .out, .force, .json]

  private static let credit = Flag(
    "credit", "estimators to compare, such as rloo,turn:gamma=0.95", value: "LIST",
    default: "one of each family, and your own")
  private static let seeds = Flag(
    "seeds", "how many seeds each estimator is trained with", value: "N", default: "3")

  private static let threshold = Flag(
    "threshold", "also say after how many turns held-out success reached P", value: "P")

  /// The defaults of a comparison: runs end with their budget of turns, and fit ten minutes together.
  static let defaults: RunConfiguration = {
    var configuration = RunConfiguration()
    configuration.turns = 2000
    configuration.updates = 1000
    // Often enough for an area under the curve.
    configuration.evaluationEvery = 2
    return configuration
  }()

  private static func rebased(_ flag: Flag) -> Flag {
    let property = ConfigurationFlags.property(of: flag)
    let settings = (try? Parameters.settings(of: defaults)) ?? [:]
    return Flag(flag.name, flag.help, value: flag.value, default: settings[property]?.compact)
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let environment = try context.environment(of: invocation)
    return try await compare(environment, invocation, context)
  }

  private func compare<E: Environment>(
    _ environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    var configuration = try ConfigurationFlags.configuration(
      invocation, ignoring: Self.credit, over: Self.defaults)
    try ConfigurationFlags.refuseNeedless(invocation, configuration)
    let estimators = try estimators(invocation, environment, configuration, context)
    let seeds = try invocation.integer(Self.seeds, atLeast: 1, atMost: .seeds, default: 3)
    // What is wrong with it shall be said before hours of training.
    _ = try Self.threshold(invocation)
    let workers = try invocation.workers()
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    let imitated = try await Imitated(
      in: environment, configuration, workers: workers, writingTo: invocation.text(.out),
      context.console)
    configuration = imitated.configuration
    configuration.credit = estimators.joined(separator: ",")
    let writer = try RunFolder.create(
      invocation, suggestion: "compare-\(E.id)", name, environment,
      try imitated.record(of: configuration, [ComparisonResult.plannedKey: .integer(seeds)]),
      workers)
    let folder = writer.layout.folder
    let plan = try await ComparisonPlan(
      environment, configuration, estimators: estimators.count, seeds: seeds, workers: workers,
      recorded: imitated.recorded)
    context.console.note(plan.text + "\ntraces in \(folder.relativePath)\n")

    let stages = TrainingStages(console: context.console, workers: workers)
    var unlearnt: [Unlearnt] = []
    let firstSeed = configuration.seed
    var result = ComparisonResult(environment: E.id, plannedSeeds: seeds)
    do {
      let demonstrations = try await stages.demonstrations(in: environment, imitated)
      for index in 0..<seeds {
        configuration.seed = HexSeed(firstSeed.value &+ UInt64(index))
        try await train(
          environment, configuration, estimators, demonstrations, imitated, folder, stages,
          &result, &unlearnt, invocation, context)
      }
    } catch {
      context.console.note("stopped; what was done is in \(folder.relativePath)")
      if result.keepCompleteSeeds(estimators: estimators.count) {
        // What stopped the comparison says more than what keeps its results from being written.
        try? report(result, folder, invocation, context)
      }
      guard error is CancellationError else { throw error }
      return .interrupted
    }
    try report(result, folder, invocation, context)
    Self.explain(unlearnt, seeds: seeds, context)
    try writer.close()
    return .success
  }

  /// A run that did not learn.
  private struct Unlearnt {
    var estimator: String
    var diagnosis: LearningDiagnosis
    var trace: String
  }

  /// Says why estimators did not learn, each once.
  private static func explain(_ unlearnt: [Unlearnt], seeds: Int, _ context: Context) {
    for (index, run) in unlearnt.enumerated()
    where unlearnt.firstIndex(where: { $0.estimator == run.estimator }) == index {
      let count = unlearnt.count { $0.estimator == run.estimator }
      let subject =
        seeds == 1 ? run.estimator : "\(run.estimator) (\(count) of \(seeds) seeds)"
      let lines = DiagnosisWords.lines(run.diagnosis, subject: subject, trace: run.trace)
      context.console.note(lines.joined(separator: "\n"))
    }
  }

  private static func threshold(_ invocation: Invocation) throws -> Double? {
    guard invocation.has(threshold) else { return nil }
    return try invocation.probability(threshold, default: 1)
  }

  /// Writes and prints what the runs come to.
  private func report(
    _ result: ComparisonResult, _ folder: URL, _ invocation: Invocation, _ context: Context
  ) throws {
    let answer = result.answer(
      trace: folder.relativePath, threshold: try Self.threshold(invocation))
    try answer.write(to: TraceLayout(folder))
    if invocation.has(.json) {
      try context.console.answer(json: answer)
    } else {
      context.console.answer(answer.text(width: context.console.width))
    }
  }

  /// Trains one seed with each estimator, all from one warm start and one evaluation of it.
  private func train<E: Environment>(
    _ environment: E, _ configuration: RunConfiguration, _ estimators: [String],
    _ demonstrations: [Episode], _ imitated: Imitated, _ folder: URL, _ stages: TrainingStages,
    _ result: inout ComparisonResult, _ unlearnt: inout [Unlearnt], _ invocation: Invocation,
    _ context: Context
  ) async throws {
    let seed = configuration.seed.value
    let warmStart = try await stages.warmStart(
      in: environment, from: demonstrations, imitated, seed: configuration.seed,
      title: "seed \(seed) imitate")
    let observer = LearningObserver(demonstrations, warmStart, imitated)
    let start = try await stages.evaluate(
      warmStart.policy, in: environment, configuration, title: "seed \(seed) evaluate")
    for estimator in estimators {
      var configuration = configuration
      configuration.credit = estimator
      let armFolder = folder.appending(
        path: ComparisonResult.folder(estimator, seed: seed), directoryHint: .isDirectory)
      let writer = try RunFolder.writer(
        armFolder, name, environment, try imitated.record(of: configuration), stages.workers,
        invocation.has(.force) ? .replacing : .empty)
      let trainer = try Trainer(
        environment, from: warmStart, configuration, catalog: context.catalog.estimators,
        workers: stages.workers)
      let clock = ContinuousClock()
      let began = clock.now
      let (curve, diagnosis) = try await stages.train(
        trainer, writer, title: "seed \(seed) \(estimator)", start: start,
        demonstrations: demonstrations, watching: observer)
      if !diagnosis.isLearning {
        unlearnt.append(
          Unlearnt(
            estimator: estimator, diagnosis: diagnosis, trace: armFolder.relativePath))
      }
      result.add(
        estimator, seed: configuration.seed, curve,
        seconds: (clock.now - began) / .seconds(1))
      try writer.close()
      // A comparison that is killed leaves what its finished runs came to.
      try result.finished(of: estimators.count)
        .answer(trace: folder.relativePath, threshold: try Self.threshold(invocation))
        .write(to: TraceLayout(folder))
    }
  }

  private func estimators<E: Environment>(
    _ invocation: Invocation, _ environment: E, _ configuration: RunConfiguration,
    _ context: Context
  ) throws -> [String] {
    let catalog = context.catalog.estimators
    let list = try invocation.text(Self.credit).map { try catalog.estimators($0) }
    guard let list else {
      let panel = try EstimatorPanel(
        environment, credit: configuration.credit, groupSize: configuration.groupSize,
        catalog: catalog)
      for name in catalog.own where !panel.all.contains(where: { $0.spelling == name }) {
        context.console.warn("'\(name)' is left out: name it in --credit to see why")
      }
      // The control first.
      return catalog.shown.filter { name in panel.all.contains { $0.spelling == name } }
    }
    return try list.map { estimator in
      let spelling = try catalog.spelling(of: estimator)
      let panel = try EstimatorPanel(
        environment, credit: spelling, groupSize: configuration.groupSize, catalog: catalog)
      for warning in panel.warnings + panel.lossWarnings(configuration) {
        context.console.warn("\(spelling): \(warning)")
      }
      return spelling
    }
  }
}
