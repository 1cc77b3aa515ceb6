import Foundation
import Testing
import TurnwiseCore
import TurnwiseTestSupport
import TurnwiseTrace

/// Files with every kind of field, and with fields that were added later.
///
/// They must be read for ever: a change that breaks these tests needs a new version, not a new file.
@Suite struct `The golden traces` {
  private static let versions = 1...TraceLayout.version

  private func layout(_ version: Int) -> TraceLayout {
    TraceLayout(repository("Tests/TurnwiseTraceTests/Golden/version-\(version)"))
  }

  private func records(_ version: Int) throws -> [EpisodeRecord] {
    var reader = try RecordReader<EpisodeRecord>(layout(version).episodes)
    return try reader.readAll()
  }

  @Test(arguments: versions) func `says what was run`(version: Int) throws {
    let run = try layout(version).readRun()
    #expect((run.command, run.turnwise, run.environment) == ("train", "0.1.0", "golden-v1"))
    #expect(run.parameters == ["horizon": 4])
    #expect(run.configuration["credit"] == "turn")
    #expect(run.host["name"] == "somewhere")
  }

  @Test(arguments: versions) func `holds an episode of tokens, forks and credit`(version: Int)
    throws
  {
    let record = try #require(try records(version).first)
    #expect((record.purpose, record.update) == (.training, 3))
    #expect(record.credit?["turn"]?.turns.map(\.value) == [0.25, -0.5])
    #expect(record.credit?["token"]?.turns.last?.value.isNaN == true)
    #expect(record.credit?["token"]?.tokens?.map(\.count) == [2, 1])
    let episode = record.episode
    #expect(episode.name == "train/3/1/0/1-what-if/1-again")
    #expect(episode.parent?.stream == "again")
    #expect(episode.ancestors?.map(\.stream) == ["what-if"])
    #expect(episode.origin.seed.value == 255 && episode.origin.name == "train/3/1/0")
    #expect(episode.turns.map(\.action.text.bytes) == [[0xFF, 0], Array("submit 7".utf8)])
    #expect(episode.turns[0].replies.first?.isRefusal == true)
    #expect(episode.turns[1].action.calls.first?.arguments["answer"] == 9_007_199_254_740_993)
    #expect(episode.turns.map(\.potential) == [0.5, nil])
    #expect(episode.turns[0].stateKey?.hexadecimal == String(repeating: "a", count: 32))
    #expect(
      episode.turns.map { $0.span.flatMap { episode.tape[$0]?.logProbabilities } } == [
        [-0.5, -0.25], [-1.5],
      ])
    #expect(episode.rewards == [nil, 1.5])
    #expect(episode.isSuccess && episode.ending == .terminated)
    #expect(episode.judgement?.gold == ["answer": 7])
    #expect(episode.finalState == ["log": ["a"]])
    #expect(episode.retries == 1)
  }

  @Test(arguments: versions) func `holds the blobs that it names`(version: Int) throws {
    struct Scenario: Decodable {
      var file: Blob
      var seed: UInt64
    }
    let episode = try #require(try records(version).first).episode
    let scenario = try episode.scenario.decode(Scenario.self, blobs: layout(version).blobStore())
    #expect(scenario.file.bytes == Array("seven\n".utf8) + [0xFF])
    #expect(scenario.seed == .max)
  }

  @Test(arguments: versions) func `holds the other endings`(version: Int) throws {
    let (failed, truncated) = (try records(version)[1].episode, try records(version)[2].episode)
    #expect(
      failed.ending
        == .failed(Failure(.sandbox, code: "launch", message: "No sandbox.", isRetryable: true)))
    #expect(failed.unfinishedAction?.text == "bash ls")
    #expect(failed.judgement == nil && failed.totalReward == nil)
    #expect(truncated.ending == .truncated(.contextFull))
    #expect(truncated.judgement == Judgement(success: false, reward: nil))
  }

  @Test
  func `says from version 2 on who played, what the model wrote and what the calls are named`()
    throws
  {
    let records = try records(2)
    #expect(
      records.map(\.episode.policy) == [
        PolicyRecord(name: "language", version: "2", temperature: 1), nil,
        PolicyRecord(name: "run:traces/x", version: "20", temperature: 0),
      ])
    let turns = records[0].episode.turns
    #expect(
      turns[0].message
        == ModelMessage(
          "<think>seven?</think> bash ls", finish: .toolCalls,
          usage: TokenUsage(prompt: 120, completion: 14, cached: 100)))
    #expect(turns[1].message == nil && turns[1].action.calls[0].id == "call_1")
  }

  @Test(arguments: versions) func `holds metrics`(version: Int) throws {
    var reader = try RecordReader<MetricsRecord>(layout(version).metrics)
    let record = try #require(try reader.readAll().first)
    #expect(record.update == 3)
    #expect(record.metrics["train/reward"]?.value == 0.5)
    #expect(record.metrics["train/kl"]?.value.isNaN == true)
    #expect(record.timing?["collect"]?.value == 2.5)
  }

  /// Reading and writing again leaves out only what was added later, and adds who played to records of version 1.
  @Test(arguments: versions) func `is written as it is read`(version: Int) throws {
    func known(_ value: JSONValue) -> JSONValue {
      switch value {
      case .object(let members):
        .object(
          members.filter { key, value in
            key != "added-later" && value != .null && (key != "policy" || version > 1)
          }.mapValues(known))
      case .array(let elements): .array(elements.map(known))
      default: value
      }
    }
    let lines = try String(contentsOf: layout(version).episodes, encoding: .utf8).split(
      separator: "\n")
    let written = try records(version).map { known(try JSONValue(encoding: $0)) }
    var expected = try lines.map { known(try JSON.decode(JSONValue.self, from: Data($0.utf8))) }
    // A missing list of choices is written as an empty one.
    let second = try JSONValue(encoding: records(version)[0].episode.turns[1].observation)
    expected[0] = try replacing(expected[0], observation: second)
    #expect(written == expected)
  }

  private func replacing(_ record: JSONValue, observation: JSONValue) throws -> JSONValue {
    guard case .object(var members) = record, case .object(var episode)? = members["episode"],
      case .array(var turns)? = episode["turns"], case .object(var turn)? = turns.last
    else { return record }
    turn["observation"] = observation
    turns[turns.count - 1] = .object(turn)
    episode["turns"] = .array(turns)
    members["episode"] = .object(episode)
    return .object(members)
  }
}
