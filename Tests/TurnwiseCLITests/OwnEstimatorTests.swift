import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

struct LastTurn: CreditEstimator {
  static let id = "last"
  static let summary = "all credit to the last turns"
  @Option<Integers<1, 100>>("How many turns are credited.") var turns = 1
  @Option<UnitInterval>("Weight of each earlier turn.") var decay = 1.0

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: zip(group.episodes, shares).map { episode, share in
        (1...episode.turns.count).reversed().map { turnsLeft in
          turnsLeft > turns ? 0 : share * pow(decay, Double(turnsLeft - 1))
        }
      }, of: group)
  }
}

@Suite struct `An estimator of one's own` {
  private func tool(_ line: String) async throws -> Printed {
    await turnwise(
      line.split(separator: " ").map(String.init),
      tool: CommandLineTool(environments: builtInEnvironments, estimators: [LastTurn()]))
  }

  private func names(_ entries: JSONValue?) -> [JSONValue?] {
    guard case .array(let entries)? = entries else { return [] }
    return entries.map { $0["estimator"] }
  }

  @Test func `is written as the documentation of the protocol says`() throws {
    let page = try String(
      contentsOf: repository("Sources/TurnwiseCredit/CreditEstimator.swift"), encoding: .utf8)
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0 != "/// ```swift" }.dropFirst().prefix { $0 != "/// ```" }
      .map { $0.dropFirst(4) }
    #expect(lines.count > 5)
    let here = try String(contentsOfFile: #filePath, encoding: .utf8)
    #expect(here.contains("\n" + lines.joined(separator: "\n") + "\n"))
  }

  @Test func `is checked against the laws`() async throws {
    let printed = try await tool("laws --credit last,rloo --json")
    // It does not say which laws it breaks on purpose.
    #expect(printed.status == 1)
    let json = try printed.json
    #expect(names(json["estimators"]) == ["last", "rloo"])
    let entries = try (json["estimators"]).items
    func broken(_ entry: JSONValue) throws -> [EstimatorLaw] {
      try #require(entry["report"]).decode(EstimatorReport.self).violations
    }
    #expect(try broken(entries[0]).contains(.everyTurn))
    #expect(try broken(entries[0]).contains(.expectedGradient))
    #expect(try broken(entries[1]) == [])
    let words = try await tool("laws --credit last")
    #expect(words.status == 1)
    #expect(words.answer.contains("\nX  last  every-turn: "))
  }

  @Test func `is listed after the others, with its options and their defaults`() async throws {
    func estimators(_ answer: String) -> [Substring] {
      answer.split(separator: "\n", omittingEmptySubsequences: false)
        .drop { !$0.hasPrefix("credit estimators: ") }.prefix { !$0.isEmpty }.map(\.self)
    }
    let listed = try await estimators(tool("list").answer)
    let built = await estimators(turnwise("list").answer)
    #expect(built.count > 20)
    #expect(
      listed == built + [
        "  last  all credit to the last turns", "      options decay=1 turns=1",
      ])
    let json = try await tool("list --json").json["estimators"]
    guard case .array(let entries)? = json else {
      Issue.record("no estimators")
      return
    }
    #expect(entries.last?["name"] == "last")
    #expect(entries.last?["options"] == ["decay": 1, "turns": 1])
  }

  @Test func `credits recorded episodes beside the others`() async throws {
    let run = repository("traces/examples/group").path
    let json = try await tool("credit \(run) --json").json
    guard case .array(let entries)? = json["episodes"] else {
      Issue.record("no episodes")
      return
    }
    for entry in entries {
      let last = try #require(entry["credit"]?["last"]).decode(EpisodeCredit.self).turns
      let rloo = try #require(entry["credit"]?["rloo"]).decode(EpisodeCredit.self).turns
      #expect(last == rloo.dropLast().map { _ in 0 } + rloo.suffix(1))
    }
    #expect(entries.count == 8)
    let table = try await tool("credit \(run) --credit last --episode 3")
    #expect(table.status == 0)
    #expect(table.answer.contains(" last "))
  }

  @Test func `is audited beside those of the documentation`() async throws {
    let json = try await tool("audit --groups 4 --json").json
    let names = names(json["results"])
    #expect(names.contains("last") && names.contains("rloo") && names.count > 20)
  }

  @Test func `is trained and compared with the others, named or not`() async throws {
    let folder = TemporaryFolder()
    let budget = """
      --env-set horizon=1 --seeds 1 --updates 1 --groups 2 --group-size 3 --demonstrations 12 \
      --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 \
      --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8 --force \
      --json --out \(folder.path)
      """
    let named = try await tool("compare keydoor-v1 --credit rloo,last \(budget)")
    try #require(named.status == 0, "\(named.note)")
    let json = try named.json
    #expect(names(json["results"]) == ["rloo", "last"])
    #expect(names(json["differences"]) == ["last"])
    let layout = TraceLayout(folder.url.appending(path: "last-seed1"))
    #expect(try layout.readRun().configuration["credit"] == "last")
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    let trained = try reader.readAll().filter { $0.purpose == .training }
    #expect(trained.count == 6)
    for record in trained {
      let credit = try #require(record.credit)
      #expect(credit["rloo"] != nil && credit["turn"] != nil)
      let last = try #require(credit["last"]?.turns.map(\.value))
      #expect(last.dropLast().allSatisfy { $0 == 0 })
      #expect(last.last == credit["rloo"]?.turns.last?.value)
    }
    let all = try await tool("compare keydoor-v1 \(budget)")
    try #require(all.status == 0, "\(all.note)")
    #expect(try names(all.json["results"]) == ["rloo", "turn", "token", "process", "last"])
  }

  @Test func `is suggested where its name is misspelt`() async throws {
    let printed = try await tool("laws --credit lasst")
    #expect(printed.status == 2)
    #expect(
      printed.note.hasPrefix("error: no credit estimator named 'lasst'; did you mean 'last'? there")
    )
    #expect(await turnwise("laws --credit last").status == 2)
  }
}
