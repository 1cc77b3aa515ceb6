import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

/// Takes the last of the offered actions, or one at random.
private struct Picky: TurnPolicy, Codable {
  var name: String { "picky" }
  var version: String? { "2" }
  var whim = 0.5

  func decide(_ situation: Situation, using random: inout Randomness) -> Action {
    let choices = situation.observation.choices
    return (random.chance(whim) ? choices.randomElement(using: &random) : choices.last) ?? .nothing
  }
}

/// Has no answer.
private struct Failing: TurnPolicy {
  let name = "failing"
  func decide(_ situation: Situation, using random: inout Randomness) throws -> Action {
    throw Failure(.policy, code: "stuck", message: "out of ideas")
  }
}

@Suite struct `A policy of one's own` {
  private let folder = TemporaryFolder()

  private func tool(_ line: String) async throws -> Printed {
    await turnwise(
      line.split(separator: " ").map(String.init),
      tool: CommandLineTool(environments: builtInEnvironments, policies: [Picky()]))
  }

  private func episodes() throws -> [Episode] {
    var reader = try Run(opening: folder.url).episodes()
    return try reader.readAll().map(\.episode)
  }

  @Test func `is listed with its options`() async throws {
    let printed = try await tool("list")
    #expect(
      printed.answer.contains("\n  picky  a policy of this program\n      options whim=0.5\n"))
  }

  @Test func `plays, and its name and version are in the trace`() async throws {
    let printed = try await tool(
      "run keydoor-v1 --policy picky:whim=0 --episodes 3 --out \(folder.path)")
    #expect(printed.status == 0, "\(printed.note)")
    let played = try episodes()
    #expect(played.count == 3)
    #expect(
      played.allSatisfy {
        $0.policy == PolicyRecord(name: "picky", version: "2", options: ["whim": 0])
      })
    // Without whim it leaves at once.
    #expect(played.allSatisfy { $0.turns.map(\.action.text) == ["leave"] })
  }

  @Test func `is audited with measured truth`() async throws {
    let printed = try await tool(
      "audit keydoor-v1 --policy picky --scenarios 3 --groups 2 --group-size 6 --points 20 --forks 12 "
        + "--gold-forks 16 --credit rloo,turn,fork --json --out \(folder.path)")
    #expect(printed.status == 0, "\(printed.note)")
    let answer = try printed.json
    #expect(answer["truth"]?["source"] == "forks")
    #expect(answer["truth"]?["turns"] == 20)
    guard case .array(let rows)? = answer["results"] else {
      Issue.record("no results")
      return
    }
    let names = rows.compactMap { row in row["name"] }
    #expect(
      ["true advantage", "rloo", "turn", "fork"].allSatisfy { names.contains(.string($0)) })
    let oracle = try #require(rows.first { $0["name"] == "true advantage" })
    let pearson = try #require(oracle["score"]?["pearson"]).decode(Double.self)
    #expect(abs(pearson - 1) < 1e-9)
    #expect(try episodes().allSatisfy { $0.policy?.name == "picky" })
  }

  @Test func `is refused where its probabilities are needed`() async throws {
    let printed = try await tool(
      "audit keydoor-v1 --policy picky --truth exact --out \(folder.path)")
    #expect(printed.status == 1)
    #expect(printed.note.contains("does not say how likely its actions are"))
    let critic = try await tool(
      "audit keydoor-v1 --policy picky --credit turn-gae --scenarios 1 --out \(folder.path) --force"
    )
    #expect(critic.status == 2 && critic.note.contains("'turn-gae' cannot be used here"))
  }

  @Test func `is played by a check, which names its failures`() async throws {
    let printed = try await tool("check keydoor-v1 --policy picky --scenarios 3")
    #expect(printed.answer.contains("\npolicy  picky, version 2: "))
    #expect(!printed.answer.contains("BROKEN  it fails"))
    let failing = await turnwise(
      ["check", "keydoor-v1", "--policy", "failing", "--scenarios", "3"],
      tool: CommandLineTool(environments: builtInEnvironments, policies: [Failing()]))
    #expect(
      failing.status == 1 && failing.answer.contains("  BROKEN  it fails in 3 episodes"),
      "\(failing.answer)")
    // A name that is wrong is found before the laws are tried.
    let typo = try await tool("check keydoor-v1 --policy picki")
    #expect(typo.status == 2 && typo.answer.isEmpty)
  }

  @Test func `plays the forks of a run that it has played`() async throws {
    _ = try await tool("run keydoor-v1 --policy picky --episodes 3 --out \(folder.path)")
    let printed = try await tool("credit \(folder.path) --credit fork:k=2 --json")
    #expect(printed.status == 0, "\(printed.note)")
    #expect(printed.note.contains("forks are played by the policy 'picky'"))
  }

  @Test(arguments: [
    ("picki", "error: no policy named 'picki'\nhint:  did you mean 'picky'?\n"),
    ("picky:wim=1", "error: there is no parameter 'wim'; there is whim\n"),
    ("null:x=1", "error: the policy 'null' has no options\n"),
    ("expert:habit=2", "error: habit=2: expected a number from 0 to 1\n"),
    ("run", "error: --policy run: expected run:FOLDER\n"),
    ("run:nowhere", "error: nowhere is not the folder of a run\n"),
    ("replay:nowhere", "error: nowhere/run.json: no such file or folder\n"),
  ]) func `that is named wrongly is refused with what would be right`(name: String, words: String)
    async throws
  {
    let printed = try await tool("run keydoor-v1 --policy \(name) --out \(folder.path)")
    #expect(printed.status != 0)
    #expect(printed.note.hasPrefix(words), "\(printed.note)")
  }
}

@Suite struct `Recorded actions` {
  private let first = TemporaryFolder()
  private let second = TemporaryFolder()

  private func turns(_ folder: TemporaryFolder) throws -> [[Turn]] {
    var reader = try Run(opening: folder.url).episodes()
    return try reader.readAll().map(\.episode.turns)
  }

  @Test func `give the episodes of the same names again`() async throws {
    let run = "run keydoor-v1 --episodes 4 --seed 3"
    #expect(await turnwise("\(run) --policy random --out \(first.path)").status == 0)
    let again = await turnwise("\(run) --policy replay:\(first.path) --out \(second.path)")
    #expect(again.status == 0, "\(again.note)")
    #expect(try turns(first) == turns(second))
  }

  @Test func `of one episode are played in any scenario, and end where the record ends`()
    async throws
  {
    let run = "run keydoor-v1 --episodes 2 --seed 3"
    #expect(await turnwise("\(run) --policy expert --out \(first.path)").status == 0)
    let again = await turnwise("\(run) --policy replay:\(first.path)#2 --out \(second.path)")
    let (recorded, played) = (try turns(first)[1], try turns(second))
    #expect(played[1] == recorded)
    #expect(played[0].map(\.action) == recorded.prefix(played[0].count).map(\.action))
    #expect(again.status <= 1)
    let missing = await turnwise(
      "\(run) --policy replay:\(first.path)#9 --out \(second.path) --force")
    #expect(missing.status == 2 && missing.note.contains("expected the number of an episode"))
  }

  @Test func `do not replace the run that they are read from`() async throws {
    #expect(await turnwise("run keydoor-v1 --episodes 1 --out \(first.path)").status == 0)
    let printed = await turnwise(
      "run keydoor-v1 --policy replay:\(first.path) --out \(first.path) --force")
    #expect(printed.status == 2 && printed.note.contains("would replace the run"))
  }
}
