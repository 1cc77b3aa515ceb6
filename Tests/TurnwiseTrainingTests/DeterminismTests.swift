import Foundation
import Testing
import TurnwiseCore
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `A training run` {
  /// The files of a run, without what may differ between equal runs.
  private func files(workers: Int) async throws -> [String: [JSONValue]] {
    let configuration = Tiny.configuration { $0.credit = "token" }
    let folder = try TemporaryFolder()
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
    var run = TrainingRun(
      try Trainer(Tiny.game, from: start, configuration, workers: workers), writer: writer)
    _ = try await run.run()
    try writer.close()
    var files: [String: [JSONValue]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      let data = try Data(contentsOf: folder.url.appending(path: name))
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
    #expect(Set(first.keys) == ["run.json", "metrics.jsonl", "episodes.jsonl", "trainer.json"])
    #expect(first["episodes.jsonl"]?.count ?? 0 > 24)
    for workers in [2, 3, 1] {
      let other = try await files(workers: workers)
      for (name, records) in first {
        #expect(other[name] == records, "\(name) differs with \(workers) workers")
      }
    }
  }

  @Test func `goes on from its saved state as if it had not stopped`() async throws {
    let configuration = Tiny.configuration()
    var trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
    _ = try await trainer.step()
    let saved = try JSON.encode(trainer.state)
    let expected = try await trainer.step()
    var resumed = try Trainer(
      Tiny.game, resuming: JSON.decode(TrainerState.self, from: saved), configuration)
    let found = try await resumed.step()
    // As they are written: a metric that is not a number does not equal itself.
    func written(_ update: TrainingUpdate?) throws -> JSONValue {
      try JSONValue(encoding: (update?.metrics ?? [:]).mapValues { FiniteNumber($0) })
    }
    #expect(try written(found) == written(expected))
    #expect(found?.iteration == 2)
    #expect(try JSON.encode(resumed.state) == JSON.encode(trainer.state))
    #expect(try await resumed.step() == nil)
  }

  @Test func `reads a state that counted less`() async throws {
    let configuration = Tiny.configuration()
    let trainer = try Trainer(Tiny.game, from: await Tiny.warmStart(configuration), configuration)
    guard case .object(var members) = try JSONValue(encoding: trainer.state),
      case .object(var spent) = members["spending"]
    else {
      Issue.record("a state is not an object")
      return
    }
    spent["filteredGroups"] = nil
    members["spending"] = .object(spent)
    let read = try JSONValue.object(members).decode(TrainerState.self)
    #expect(read.spending == trainer.state.spending)
    spent["trainingTurns"] = "many"
    members["spending"] = .object(spent)
    let broken = JSONValue.object(members)
    #expect(throws: DecodingError.self) { try broken.decode(TrainerState.self) }
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
