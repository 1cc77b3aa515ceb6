internal import Foundation
internal import Turnwise

/// Measures the speed of training on this machine.
struct BenchCommand: Subcommand {
  let name = "bench"
  let summary = "time training, sampling, updates, environments and the sandbox on this machine"
  let examples = [
    "turnwise bench", "turnwise bench --only sampling --model T1,T2 --batch 16 --threads 1",
    "turnwise bench --only training --model T3 --json",
    "turnwise bench --only sandbox --samples 21",
  ]
  let flags = [Self.only, Self.model, Self.batch, Self.threads, Self.samples, .json]

  private static let only = Flag(
    "only", "what to time: \(BenchmarkResult.Work.words)", value: "LIST", default: "all")
  private static let model = Flag(
    "model", "shapes to time: \(BenchmarkModel.words)", value: "LIST", default: "all")
  private static let batch = Flag(
    "batch", "sequences at once, in training and sampling", value: "LIST",
    default: "16, 8 or 2 in training; 1,16,64 in sampling")
  private static let threads = Flag(
    "threads", "the most threads", value: "N", default: "number of cores")
  private static let samples = Flag(
    "samples", "how often each row is timed; figures are medians", value: "N", default: "5")

  private struct Answer: Encodable {
    var machine: BenchmarkMachine
    var results: [BenchmarkResult]
    var warnings: [String]
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    // The machine is measured last, so that errors in the flags are reported at once.
    let plan = BenchmarkPlan(
      works: try invocation.choices(Self.only), models: try invocation.choices(Self.model),
      batches: try invocation.integers(Self.batch, atLeast: 1),
      threads: try invocation.integer(
        Self.threads, atLeast: 1, atMost: .workers,
        default: ProcessInfo.processInfo.activeProcessorCount),
      samples: try invocation.integer(Self.samples, atLeast: 1, default: 5),
      machine: BenchmarkMachine())
    if plan.works == [.iteration], plan.iterationModels.isEmpty {
      throw UsageError.conflict("the updates of T3 are not timed; choose T1 or T2")
    }
    let warnings = BenchmarkMachine.warnings
    warnings.forEach(context.console.warn)
    if plan.works.contains(.sandbox) { try await SandboxBenchmark.prepare() }
    let results = try await measure(plan, context.console)
    if invocation.has(.json) {
      try context.console.answer(
        json: Answer(machine: plan.machine, results: results, warnings: warnings))
    } else {
      print(results, plan, context.console)
    }
    return .success
  }

  /// Measures model by model, the smallest first, because the peak of memory never falls.
  private func measure(_ plan: BenchmarkPlan, _ console: Console) async throws -> [BenchmarkResult]
  {
    var results: [BenchmarkResult] = []
    let bar = ProgressBar(
      "bench", total: plan.rows * plan.samples, unit: "samples", console: console)
    defer { bar.clear() }
    for model in plan.models {
      if plan.works.contains(.training) {
        results += try await TrainingBenchmark.measure(model, plan, bar)
      }
      if plan.works.contains(.sampling) {
        results += try await SamplingBenchmark.measure(model, plan, bar)
      }
      if plan.works.contains(.iteration), model.hasIteration {
        results.append(try await IterationBenchmark.measure(model, plan, bar))
      }
    }
    if plan.works.contains(.environment) {
      results += try await EnvironmentBenchmark.measure(plan, bar)
    }
    if plan.works.contains(.sandbox) {
      results += try await SandboxBenchmark.measure(plan, bar)
    }
    return results
  }

  // MARK: - Words

  private func print(
    _ results: [BenchmarkResult], _ plan: BenchmarkPlan, _ console: Console
  ) {
    let machine = plan.machine
    let peak = String(format: "%.0f GFLOP/s a core", machine.peakGigaflops)
    console.answer(
      """
      \(machine.cores) cores, kernels \(machine.kernelLevel), OpenBLAS \(machine.openBLASCore), \(peak)
      medians of \(plan.samples), on up to \(plan.threads) threads

      """)
    var table = TextTable([
      .text("work"), .text("model"), .number("batch", decimals: 0),
      .number("tokens/s", decimals: 0), .number("per CPU-s", decimals: 0),
      .number("ms/step", decimals: 2), .number("floor, %", decimals: 0),
      .number("peak MB", decimals: 0),
    ])
    for row in results where row.via == nil {
      table.append([
        .text(row.work.rawValue), .text(row.model ?? ""), .number(row.batch.map(Double.init)),
        .number(row.tokensPerSecond), .number(row.cpuTokensPerSecond),
        .number(row.millisecondsPerStep), .number(row.floorShare.map { $0 * 100 }),
        .number(row.peakMemoryMB),
      ])
    }
    if !table.rows.isEmpty { console.answer(table.rendered(width: console.width)) }
    printTurns(results, console)
    printCommands(results, console)
  }

  private func printCommands(_ results: [BenchmarkResult], _ console: Console) {
    var table = TextTable([
      .text("work"), .text("what"), .number("threads", decimals: 0), .number("per s", decimals: 0),
      .number("ms", decimals: 3), .number("plain, ms", decimals: 3),
      .number("plain / ours", decimals: 2),
    ])
    for row in results where row.work == .sandbox {
      table.append([
        .text(row.work.rawValue), .text(row.via ?? ""), .integer(row.threads),
        .number(row.millisecondsPerStep.map { 1000 / $0 }), .number(row.millisecondsPerStep),
        .number(row.rawMilliseconds), .number(row.ratio),
      ])
    }
    if !table.rows.isEmpty { console.answer(table.rendered(width: console.width)) }
  }

  private func printTurns(_ results: [BenchmarkResult], _ console: Console) {
    var table = TextTable([
      .text("work"), .text("via"), .number("threads", decimals: 0),
      .number("turns/s", decimals: 0),
    ])
    for row in results where row.work == .environment {
      table.append([
        .text(row.work.rawValue), .text(row.via ?? ""), .integer(row.threads),
        .number(row.turnsPerSecond),
      ])
    }
    if !table.rows.isEmpty { console.answer(table.rendered(width: console.width)) }
  }
}
