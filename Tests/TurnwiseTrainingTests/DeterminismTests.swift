import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `A training run` {
  /// Reads the files of a run, without fields that may differ between equal runs.
  private func files(workers: Int) async throws -> [String: [JSONValue]] {
    let configuration = Tiny.configuration { $0.credit = "token" }
    let folder = try TemporaryFolder.created()
    let writer = try TraceWriter(
      folder.url,
      run: RunRecord(
        command: "train", turnwise: "test", environment: "keydoor-v1", parameters: [:],
        configuration: try JSONValue(encoding: configuration),
        host: ["workers": .integer(workers)]),
      replacing: true)
    let episodes = try await WarmStart.demonstrations(
      in: Tiny.game, configuration, workers: workers)
    let start = try WarmStart(cloning: episodes, configuration, workers: workers)
    var run = try TrainingRun(
      Trainer(Tiny.game, from: start, configuration, workers: workers), writer: writer,
      demonstrations: episodes)
    try await run.run()
    try writer.close()
    var files: [String: [JSONValue]] = [:]
    for (name, data) in try contents(of: folder.url) {
      // The names of these files contain a digest of their content.
      if name.hasSuffix(".safetensors") {
        files[name] = []
        continue
      }
      let lines = name.hasSuffix(".jsonl") ? data.split(separator: UInt8(ascii: "\n")) : [data]
      files[name] = try lines.map { line in
        guard case .object(var record) = try JSON.decode(JSONValue.self, from: Data(line)) else {
          return .null
        }
        record["timing"] = nil
        record["host"] = nil
        return .object(record)
      }
    }
    return files
  }

  @Test func `writes the same files for any number of workers, and again`() async throws {
    let first = try await files(workers: 1)
    let names = first.keys.map { $0.prefix { $0 != "-" } }
    #expect(
      Set(names) == [
        "run.json", "metrics.jsonl", "episodes.jsonl", "trainer/state.json", "trainer/policy",
        "trainer/critic", "trainer/reference",
      ])
    #expect(first["episodes.jsonl"]?.count ?? 0 > 24)
    for workers in [2, 3, 1] {
      let other = try await files(workers: workers)
      #expect(other.keys.sorted() == first.keys.sorted())
      for (name, records) in first {
        #expect(other[name] == records, "\(name) differs with \(workers) workers")
      }
    }
  }

  @Test func `goes on from its saved state as if it had not stopped`() async throws {
    let configuration = Tiny.configuration()
    var trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
    _ = try await trainer.step()
    let saved = try trainer.state.saved
    let expected = try await trainer.step()
    var resumed = try Trainer(
      Tiny.game, resuming: TrainerState(saved), configuration)
    let found = try await resumed.step()
    // Compares encoded values, because a metric that is not a number does not equal itself.
    func written(_ update: TrainingUpdate?) throws -> JSONValue {
      try JSONValue(encoding: (update?.metrics ?? [:]).mapValues { FiniteNumber($0) })
    }
    #expect(try written(found) == written(expected))
    #expect(found?.iteration == 2)
    let isSame = try resumed.state.saved == trainer.state.saved
    #expect(isSame)
    #expect(try await resumed.step() == nil)
  }

  @Test func `reads a state that counted less`() async throws {
    let configuration = Tiny.configuration()
    let trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
    var saved = try trainer.state.saved
    guard case .object(var members) = saved.state,
      case .object(var spent) = members["spending"]
    else {
      Issue.record("a state is not an object")
      return
    }
    spent["filteredGroups"] = nil
    members["spending"] = .object(spent)
    saved.state = .object(members)
    #expect(try TrainerState(saved).spending == trainer.state.spending)
    spent["trainingTurns"] = "many"
    members["spending"] = .object(spent)
    saved.state = .object(members)
    let broken = saved
    #expect(throws: SavedStateError.self) { try TrainerState(broken) }
  }

  @Test func `credits every group by every estimator`() async throws {
    let configuration = Tiny.configuration()
    var trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
    let update = try #require(try await trainer.step())
    #expect(update.episodes.count == 12)
    for entry in update.episodes {
      #expect(Set(entry.credit.keys) == ["rloo", "turn", "token", "process"])
    }
  }

  @Test func `counts what it spends`() async throws {
    for (credit, paysForCritic) in [("turn", false), ("token", true)] {
      let configuration = Tiny.configuration { $0.credit = credit }
      var trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
      let update = try #require(try await trainer.step())
      let turns = update.episodes.reduce(0) { $0 + $1.episode.turns.count }
      let spending = trainer.state.spending
      #expect(spending.criticTurns > 0)
      #expect(spending.trainingTurns == turns + (paysForCritic ? spending.criticTurns : 0))
      #expect(spending.demonstrationTurns > 60)
    }
  }
}
