import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// A bell that need only be rung.
private struct Bell: Environment {
  static let id = "bell-v1"
  struct State: Codable { var isRung = false }
  var tools: Toolbox<State> { Toolbox { Ring() } }
  func scenario(in split: Split, using random: inout Randomness) -> String { "\(split)" }
  func start(_ scenario: String, using random: inout Randomness) -> State { State() }
  func judge(_ state: State) -> Judgement { Judgement(success: state.isRung) }
  func expert(
    _ state: State, after turns: [Turn], noise: ExpertNoise, using random: inout Randomness
  ) -> Action? { .call("ring") }

  struct Ring: Tool {
    static let name = "ring", summary = "Rings."
    struct Arguments: Decodable {}
    func call(
      _ arguments: Arguments, on bell: inout State, using random: inout Randomness
    ) -> ToolReply {
      bell.isRung = true
      return ToolReply("Ding.", endsEpisode: true)
    }
  }
}

/// A game whose only move loses, and that nobody shows how to play.
private struct Silence: Environment {
  static let id = "silence-v1"
  struct State: Codable {}
  var turnLimit: Int { 2 }
  var tools: Toolbox<State> { Toolbox { Wait() } }
  func scenario(in split: Split, using random: inout Randomness) -> String { "\(split)" }
  func start(_ scenario: String, using random: inout Randomness) -> State { State() }
  func judge(_ state: State) -> Judgement { Judgement(success: false) }

  struct Wait: Tool {
    static let name = "wait", summary = "Waits."
    struct Arguments: Decodable {}
    func call(
      _ arguments: Arguments, on state: inout State, using random: inout Randomness
    ) -> ToolReply { "Nothing." }
  }
}

@Suite struct `Transfer on the command line` {
  private let folder = TemporaryFolder()

  private func transfer(_ options: String) async -> Printed {
    let line =
      "transfer keydoor-v1 --demonstrations 40 --cloning-steps 80 --width 32 --heads 2 --layers 1 "
      + "--updates 1 --groups 2 --evaluation-episodes 8 --out \(folder.path) --force \(options)"
    return await turnwise(
      line.split(separator: " ").map(String.init),
      tool: CommandLineTool(environments: [KeyDoor(), Bell(), Silence()]))
  }

  private func rows(_ json: JSONValue) throws -> [JSONValue] {
    let rows: [JSONValue]? = if case .array(let rows)? = json["results"] { rows } else { nil }
    return try #require(rows)
  }

  private func share(_ row: JSONValue, _ time: String) throws -> Double {
    try #require(row[time]?["share"]).decode(Double.self)
  }

  @Test func `evaluates in every environment before and after training in one`() async throws {
    let printed = await transfer("--json")
    #expect(printed.status == 0)
    let rows = try self.rows(try printed.json)
    #expect(rows.map { $0["environment"] } == ["keydoor-v1", "bell-v1", "silence-v1"])
    #expect(rows.map { $0["isImitated"] } == [true, true, false])
    #expect(printed.note.contains("silence-v1 has no expert"))
    for row in rows {
      for time in ["before", "after"] {
        #expect(row[time]?["episodes"] == 8)
        #expect(row[time]?["interval"]?["high"] != nil)
      }
    }
    let written = try JSON.decode(
      JSONValue.self, from: Data(contentsOf: folder.url.appending(path: "results.json")))
    #expect(try self.rows(written) == rows)
    let again = try self.rows(try await transfer("--workers 1 --json").json)
    #expect(again == rows)
    // Nobody shows the one how to ring in the other's place.
    let alone = try self.rows(try await transfer("--imitate own --json").json)
    #expect(try share(rows[1], "before") > share(alone[1], "before"))
  }

  @Test func `imitates the expert of one environment alone if told so`() async throws {
    let rows = try self.rows(try await transfer("--imitate own --json").json)
    #expect(rows.map { $0["isImitated"] } == [true, false, false])
  }

  @Test func `shows a table, and says what --imitate may be`() async {
    let printed = await transfer("")
    for (environment, role) in [
      ("keydoor-v1", "trained"), ("bell-v1", "imitated"), ("silence-v1", "new"),
    ] {
      let line = printed.answer.split(separator: "\n").first { $0.hasPrefix(environment) }
      #expect(line?.split(separator: " ")[1] == Substring(role))
    }
    let wrong = await transfer("--imitate some")
    #expect(wrong.status == 2)
    #expect(wrong.note.contains("all, own"))
  }
}
