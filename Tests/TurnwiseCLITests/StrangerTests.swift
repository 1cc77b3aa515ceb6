import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// Environments that know nothing of the trainer, and that it must know how to train in.
@Suite struct `Environments of strangers` {
  private let folder = TemporaryFolder()
  private let tasks = TemporaryFolder()
  private let tool = CommandLineTool(environments: builtInEnvironments + [Stockroom(), Village()])

  @Test func `keep the laws`() async {
    #expect(await EnvironmentChecker(Stockroom()).check().violations.isEmpty)
    #expect(await EnvironmentChecker(Village()).check().violations.isEmpty)
  }

  @Test func `have experts that succeed, and habits that hurt`() async throws {
    let configuration = RunConfiguration()
    let stockroom = try await HabitPilot(in: Stockroom(), configuration, workers: 2)
    #expect(stockroom.best.success > 0.9 && 10...20 ~= stockroom.chosen.turns)
    #expect(0.35...0.65 ~= stockroom.chosen.success)
    // The repeated guesses of the expert are mostly refused.
    #expect(stockroom.levels.last?.refused ?? 0 > 0.3)
    let village = try await HabitPilot(in: Village(), configuration, workers: 2)
    #expect(village.best.success == 1)
  }

  @Test func `teach what holds for tasks that were never seen`() async throws {
    try OfficeTasks.write(to: tasks.url)
    let line = """
      train shell-v1 --tasks \(tasks.path) --demonstrations 400 --cloning-steps 1200 --updates 0 --json \
      --out \(folder.path)
      """
    let printed = await turnwise(line.split(separator: " ").map(String.init), tool: tool)
    try #require(printed.status == 0, "\(printed.note)")
    guard case .array(let points)? = try printed.json["curve"]?["points"],
      let success = try points.first?["sampled"]?["success"]?.decode(Double.self)
    else {
      Issue.record("\(printed.answer)")
      return
    }
    // Without the names of other demonstrations it is 0.08.
    #expect(success > 0.3)
  }

  @Test func `can be a folder of tasks`() async throws {
    try OfficeTasks.write(to: tasks.url)
    let line = "run shell-v1 --tasks \(tasks.path) --episodes 24 --json --out \(folder.path)"
    let printed = await turnwise(line.split(separator: " ").map(String.init), tool: tool)
    try #require(printed.status == 0, "\(printed.note)")
    #expect(try printed.json["success"]?.decode(Double.self) == 1)
  }
}
