internal import Foundation
internal import Turnwise

/// Trains with several estimators on the same seeds at one budget, and compares the results.
struct CompareCommand: ResumableCommand {
  let name = "compare"
  let summary = "train with several credit estimators at one budget and compare them"
  let operand: String? = "ENV"
  let examples = [
    "turnwise compare shell-v1",
    "turnwise compare keydoor-v1 --credit rloo,turn --seeds 5",
    "turnwise compare --resume traces/mine",
  ]
  let flags =
    [Self.credit, Self.seeds, Self.threshold, Self.batches, Self.learningRates]
    + training.all.filter { $0.name != Self.credit.name }
    + [.environmentSet, .tasks, .seed, .workers, .out, .force, .resume, .saveEvery]
    + [.headroom, .json]

  private static let training = TrainingFlags(over: defaults, without: ["warm-start"])

  private static let credit = Flag(
    "credit", "estimators to compare, such as rloo,turn:gamma=0.95", value: "LIST",
    default: "one of each family, and your own")
  private static let seeds = Flag(
    "seeds", "how many seeds each estimator is trained with", value: "N",
    default: "\(SeedSummary.smallestReplication)")

  private static let threshold = Flag(
    "threshold", "also say after how many turns the held-out score reached P", value: "P")

  private static let batches = Flag(
    "batches", "compare the estimators with several updates of GROUPSxSIZE episodes", value: "LIST",
    default: "--groups x --group-size")
  private static let learningRates = Flag(
    "learning-rates", "train with each of these step sizes; the best by training reward counts",
    value: "LIST", default: "--learning-rate")

  /// The defaults of a comparison: runs end at a budget of turns, and all of them take about ten
  /// minutes.
  static let defaults: RunConfiguration = {
    var configuration = RunConfiguration()
    // An empty estimator stands for one of each family.
    configuration.credit = ""
    configuration.budget.turns = 2000
    configuration.budget.updates = 1000
    // An area under the curve needs this many evaluations.
    configuration.evaluation.every = 2
    return configuration
  }()

  /// Begins a comparison in a new folder.
  func begin<E: Environment>(
    in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let file = try OptionFile(namedBy: invocation)
    let configuration = try Self.training.configuration(invocation, in: environment, over: file)
    try Self.training.refuseNeedless(invocation, configuration)
    try Self.refuseReplaced(invocation)
    let seeds = try invocation.integer(
      Self.seeds, atLeast: 1, atMost: .seeds,
      default: try file?.seeds ?? SeedSummary.smallestReplication)
    let threshold = try Self.threshold(invocation) ?? file?.threshold
    let batches =
      try invocation.list(
        Self.batches, ComparisonOptions.batches, expected: ComparisonOptions.batchesExpected)
      ?? file?.batches ?? []
    let learningRates =
      try invocation.list(
        Self.learningRates, ComparisonOptions.learningRates,
        expected: ComparisonOptions.learningRatesExpected) ?? file?.learningRates ?? []
    let sizes = batches.isEmpty ? [configuration.budget.groupSize] : batches.map(\.groupSize)
    let estimators = try estimators(environment, configuration, groupSizes: sizes, context)
    let stages = TrainingStages(console: context.console, workers: try invocation.workers())
    let saveInterval = try invocation.saveInterval()
    let headroomGroups = try invocation.headroomGroups()
    try environment.draw(from: Split.allCases)
    try await environment.prepare()
    let imitated = try await Imitated(
      in: environment, configuration, workers: stages.workers, writingTo: invocation.text(.out),
      context.console)
    let options = ComparisonOptions(
      imitated.configuration, estimators: estimators, batches: batches,
      learningRates: learningRates, seeds: seeds, threshold: threshold)
    let writer = try RunFolder.create(
      invocation, suggestion: "compare-\(E.id)", name, environment,
      try imitated.record(of: options.training, options.others), stages.workers)
    let plan = try await ComparisonPlan(
      environment, options, workers: stages.workers, recorded: imitated.recorded)
    context.console.note(plan.text + "\ntraces in \(writer.layout.folder.relativePath)\n")
    var comparison = Comparison(
      environment, options, imitating: imitated, writer,
      invocation.has(.force) ? .replacing : .empty, saveInterval: saveInterval, stages,
      context.catalog)
    comparison.headroomGroups = headroomGroups
    return try await finish(&comparison, invocation, context)
  }

  /// Continues a comparison that was interrupted.
  func resume<E: Environment>(
    _ run: ResumedRun, in environment: E, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let options = try ComparisonOptions(of: run)
    let stages = TrainingStages(console: context.console, workers: try invocation.workers())
    let saveInterval = try invocation.saveInterval()
    run.warnOfDifferences(context.console)
    let environment = try await run.prepared(environment)
    let writer = try ResumedRun.writer(run.layout, name)
    let progress = try options.arms(in: run.layout).joined()
      .map { try ResumedRun.progress(of: $0.layout) }
    context.console.note(
      "\(run.layout.folder.relativePath): \(progress.count { $0?.isFinished == true }) of"
        + " \(Words.count(progress.count, "run")) complete")
    let imitated =
      progress.contains { $0 == nil }
      ? try await Imitated(
        in: environment, run.configuration, chosenBy: run.pilot, workers: stages.workers,
        writingTo: run.layout.folder.relativePath, context.console) : nil
    var comparison = Comparison(
      environment, options, imitating: imitated, writer, .replacing, saveInterval: saveInterval,
      stages, context.catalog)
    return try await finish(&comparison, invocation, context)
  }

  /// Finishes all runs, and prints the results.
  private func finish<E: Environment>(
    _ comparison: inout Comparison<E>, _ invocation: Invocation, _ context: Context
  ) async throws -> ExitStatus {
    let path = comparison.writer.layout.folder.relativePath
    do {
      try await comparison.run()
    } catch {
      context.console.note(
        "stopped; what is complete is in \(path)\n"
          + "continue it: \(Program.name) \(name) --resume \(path)")
      var result = comparison.result
      if result.keepCompleteSeeds(variants: comparison.options.variants.count) {
        // The error that stopped the comparison is more important than one of writing its results.
        try? report(result, of: comparison, invocation, context)
      }
      guard error is CancellationError else { throw error }
      return .interrupted
    }
    try report(comparison.result, of: comparison, invocation, context)
    Self.explain(comparison.unlearnt, seeds: comparison.options.seeds, context)
    try comparison.writer.close()
    return .success
  }

  /// Explains why estimators did not learn, once for each.
  private static func explain<E: Environment>(
    _ unlearnt: [Comparison<E>.Unlearnt], seeds: Int, _ context: Context
  ) {
    for (index, run) in unlearnt.enumerated()
    where unlearnt.firstIndex(where: { $0.name == run.name }) == index {
      let count = unlearnt.count { $0.name == run.name }
      let subject = seeds == 1 ? run.name : "\(run.name) (\(count) of \(seeds) seeds)"
      let lines = DiagnosisWords.lines(run.diagnosis, subject: subject, trace: run.trace)
      context.console.note(lines.joined(separator: "\n"))
    }
  }

  private static func threshold(_ invocation: Invocation) throws -> Double? {
    guard invocation.has(threshold) else { return nil }
    return try invocation.probability(threshold, default: 1)
  }

  /// Writes and prints the results.
  private func report<E: Environment>(
    _ result: ComparisonResult, of comparison: Comparison<E>, _ invocation: Invocation,
    _ context: Context
  ) throws {
    let layout = comparison.writer.layout
    let answer = result.answer(
      trace: layout.folder.relativePath, threshold: comparison.options.threshold)
    try answer.write(to: layout)
    if invocation.has(.json) {
      try context.console.answer(json: answer)
    } else {
      context.console.answer(answer.text(width: context.console.width))
    }
  }

  /// Refuses flags whose values a list replaces.
  private static func refuseReplaced(_ invocation: Invocation) throws {
    for (list, names) in [(batches, ["groups", "group-size"]), (learningRates, ["learning-rate"])] {
      for name in names where invocation.has(list) && invocation.has(Flag(name, "")) {
        throw UsageError.conflict("--\(name) changes nothing with --\(list.name)")
      }
    }
  }

  private func estimators<E: Environment>(
    _ environment: E, _ configuration: RunConfiguration, groupSizes: [Int], _ context: Context
  ) throws -> [String] {
    let smallest = groupSizes.min() ?? configuration.budget.groupSize
    let catalog = context.catalog.estimators
    if configuration.credit.isEmpty {
      let panel = try EstimatorPanel(
        environment, credit: RunConfiguration().credit, groupSize: smallest,
        catalog: catalog, evidence: context.catalog.evidence)
      for name in catalog.own where !panel.all.contains(where: { $0.spelling == name }) {
        context.console.warn("'\(name)' is left out: name it in --credit to see why")
      }
      // The control is first.
      return catalog.shown(hasSubtasks: true).filter { name in
        panel.all.contains { $0.spelling == name }
      }
    }
    return try catalog.estimators(configuration.credit).map { estimator in
      let spelling = try catalog.spelling(of: estimator)
      let panel = try EstimatorPanel(
        environment, credit: spelling, groupSize: smallest, catalog: catalog,
        evidence: context.catalog.evidence)
      for warning in panel.warnings + panel.warnings(about: configuration) {
        context.console.warn("\(spelling): \(warning)")
      }
      return spelling
    }
  }
}
