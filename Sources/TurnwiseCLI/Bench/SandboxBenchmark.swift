internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// Compares commands in the sandbox with bash in a plain folder, and operations on workspaces with the start
/// of a program.
///
/// Both sides of a ratio are timed alternately, so that a busy machine slows both.
enum SandboxBenchmark {
  /// The commands, which run in a workspace with a file `f` that is written and read back for each command.
  static let commands = [":", "cat f", "grep -r w . | wc -l", "sort f | uniq"]
  /// The number of commands of an episode.
  private static let turns = 8
  /// The number of episodes of a sample on each thread.
  private static let episodes = 3
  /// The number of rows: one for each command, one for all of them, one for an episode, three for workspaces.
  static let rows = commands.count + 5

  /// Checks that the sandbox works.
  ///
  /// - Throws: A `Failure` with the cause and the remedy.
  static func prepare() async throws {
    do {
      try await Sandbox.shared.probe()
    } catch let refusal as Sandbox.Refusal {
      throw Failure(.sandbox, code: refusal.cause.rawValue, message: "\(refusal)")
    }
  }

  /// Times all rows.
  ///
  /// - Throws: `CancellationError`, or a `Failure` if there is no sandbox.
  static func measure(_ plan: BenchmarkPlan, _ bar: ProgressBar) async throws -> [BenchmarkResult] {
    let sandbox = Sandbox(slots: plan.threads)
    let folder = try PlainFolder()
    defer { folder.remove() }
    let workspace = try folder.workspace()
    var results: [BenchmarkResult] = []
    for list in commands.map({ [$0] }) + [commands] {
      let name = list.count == 1 ? list[0] : "all of these"
      results.append(
        try await compare(plan, bar, name) {
          let count = turns * episodes * plan.threads
          return try await seconds(count) {
            try await play(list, in: workspace, by: sandbox, plan.threads)
          }
        } raw: {
          let count = turns * episodes * plan.threads
          return try await seconds(count) { try await folder.run(list, count, plan.threads) }
        })
    }
    results.append(
      try await compare(plan, bar, "an episode of eight") {
        try await seconds(1) { try await episode(commands, in: workspace, by: sandbox) }
      } raw: {
        try await seconds(1) { try await folder.run(commands, turns, 1) }
      })
    return results + (try await workspaces(workspace, plan, bar))
  }

  private nonisolated(nonsending) static func play(
    _ commands: [String], in workspace: Workspace, by sandbox: Sandbox, _ threads: Int
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<threads {
        group.addTask {
          for _ in 0..<episodes { try await episode(commands, in: workspace, by: sandbox) }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func episode(
    _ commands: [String], in start: Workspace, by sandbox: Sandbox
  ) async throws {
    var workspace = start
    for turn in 0..<turns {
      let result = try await sandbox.run(
        Text(commands[turn % commands.count]), in: workspace, seed: UInt64(turn))
      guard result.status == 0 else {
        throw Failure(.sandbox, code: "status", message: "A command failed: \(result.ending).")
      }
      workspace = result.workspace
    }
  }

  /// Compares snapshot, restore and clear of 20 files of 5 KB with the start of `/bin/true`.
  private static func workspaces(
    _ workspace: Workspace, _ plan: BenchmarkPlan, _ bar: ProgressBar
  ) async throws -> [BenchmarkResult] {
    let count = 50
    let files = try WorkspaceTiming(workspace)
    defer { files.remove() }
    var results: [BenchmarkResult] = []
    for work in WorkspaceTiming.Work.allCases {
      results.append(
        try await compare(plan, bar, work.rawValue) {
          try files.seconds(of: work, count)
        } raw: {
          try await seconds(count) { for _ in 0..<count { try PlainFolder.spawn("/bin/true", []) } }
        })
    }
    return results
  }

  private static func compare(
    _ plan: BenchmarkPlan, _ bar: ProgressBar, _ name: String, _ body: () async throws -> Double,
    raw: () async throws -> Double
  ) async throws -> BenchmarkResult {
    bar.advance(by: 0, detail: "sandbox, \(name)")
    _ = (try await body(), try await raw())
    var (ours, others): ([Double], [Double]) = ([], [])
    for _ in 0..<plan.samples {
      try Task.checkCancellation()
      ours.append(try await body())
      others.append(try await raw())
      bar.advance()
    }
    let (mine, theirs) = (ours.median.map { $0 * 1000 }, others.median.map { $0 * 1000 })
    return BenchmarkResult(
      work: .sandbox, threads: plan.threads, millisecondsPerStep: mine, via: name,
      rawMilliseconds: theirs, ratio: mine.flatMap { mine in theirs.map { $0 / mine } })
  }

  /// Returns the seconds of each of `count` repetitions that `body` does.
  private nonisolated(nonsending) static func seconds(
    _ count: Int, _ body: () async throws -> Void
  ) async throws -> Double {
    let start = BenchmarkTime.now
    try await body()
    return (BenchmarkTime.now - start).wall / Double(count)
  }
}
