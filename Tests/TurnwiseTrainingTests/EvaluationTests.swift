import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `An evaluation` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.created() }

  private func corridor(_ doors: Int, opening right: Int) async throws -> Episode {
    var corridor = Corridor()
    corridor.doors = doors
    var session = try Session(
      corridor, origin: EpisodeOrigin(seed: 1, split: .train, scenario: 0))
    for door in 0..<doors {
      let key = session.state.right[door]
      await session.play(.call("turn", ["key": .string(door < right ? key : "z")]))
    }
    return try session.episode()
  }

  @Test func `has the return as its score where the judgement says so`() async throws {
    let evaluation = Evaluation([
      try await corridor(2, opening: 2), try await corridor(2, opening: 1),
    ])
    #expect(evaluation.success == 0.5 && evaluation.score == 0.75)
    #expect(evaluation.scoreName == "return" && evaluation.metrics("x")["x/score"] == 0.75)
    #expect(evaluation.families == ["corridor-v1": 0.75])
    let copy = try JSON.decode(Evaluation.self, from: JSON.encode(evaluation))
    #expect(copy == evaluation)
  }

  @Test func `has the share of successes as its score elsewhere`() async throws {
    let configuration = Tiny.configuration()
    let start = try await Tiny.warmStart(configuration)
    let evaluation = Evaluation(
      try await Evaluation.play(
        start.policy, greedily: false, in: Tiny.game, episodes: 4, seed: 1, workers: 2))
    #expect(evaluation.score == evaluation.success && evaluation.scoreName == "success")
    #expect(evaluation.metrics("x")["x/score"] == nil)
  }

  @Test func `can come after a number of turns, whatever the size of updates`() async throws {
    var configuration = Tiny.configuration {
      ($0.budget.updates, $0.budget.turns, $0.budget.groupSize) = (100, 200, 2)
      ($0.evaluation.turns, $0.evaluation.episodes) = (50, 2)
    }
    func places(_ name: String) async throws -> [Int] {
      let start = try await Tiny.warmStart(configuration)
      let writer = try TraceWriter(
        folder.url.appending(path: name),
        run: RunRecord(
          command: "train", turnwise: "test", environment: "keydoor-v1", parameters: [:],
          configuration: [:], host: [:]), placement: .new)
      var run = try TrainingRun(
        Trainer(Tiny.game, from: start, configuration, workers: 2), writer: writer)
      try await run.run()
      return run.progress.curve.points.map(\.turns)
    }
    for (name, groups) in [("small", 1), ("large", 3)] {
      configuration.budget.groups = groups
      let found = try await places(name)
      #expect(found.first == 0 && (found.last ?? 0) >= 200)
      // One evaluation at the first update beyond each multiple of 50.
      #expect(Set(found.dropLast().map { $0 / 50 }).count == found.count - 1, "\(found)")
      #expect(found.count >= 4, "\(found)")
    }
  }
}
