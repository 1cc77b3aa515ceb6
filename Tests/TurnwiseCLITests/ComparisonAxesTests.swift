import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseTestSupport

@Suite struct `A comparison of several batches and step sizes` {
  private let folder = TemporaryFolder()
  private let options = """
    --credit rloo,turn --batches 1x2,2x2 --learning-rates 0.0005,0.002 --env-set horizon=1 --turns 40 \
    --demonstrations 12 --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 \
    --layers 1 --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --evaluation-turns 8 \
    --action-tokens 8
    """

  /// The highest training reward of a row.
  private func bestReward(_ row: JSONValue) throws -> Double {
    guard case .array(let trials)? = row["trials"] else { return .nan }
    return try trials.map { try #require($0["trainingReward"]).decode(Double.self) }.max() ?? .nan
  }

  @Test func `has a row for each estimator and batch, with the step size that training chose`()
    async throws
  {
    let compared = await turnwise(
      "compare keydoor-v1 \(options) --seeds 1 --json --out \(folder.path)")
    try #require(compared.status == 0, "\(compared.note)")
    #expect(compared.note.contains("2 estimators × 2 batches × 2 step sizes × 1 seed = 8 runs"))
    let answer = try compared.json
    guard case .array(let rows)? = answer["results"],
      case .array(let differences)? = answer["differences"],
      case .array(let ended)? = answer["endedRuns"]
    else {
      Issue.record("\(compared.answer)")
      return
    }
    #expect(rows.map { $0["estimator"] } == ["rloo", "turn", "rloo", "turn"])
    #expect(rows.map { $0["batch"] } == ["1x2", "1x2", "2x2", "2x2"])
    #expect(ended.count == 8 && ended.contains("turn-2x2-lr0.002-seed1"))
    // Only estimators with the same batch are compared.
    #expect(differences.map { $0["batch"] } == ["1x2", "2x2"])
    #expect(differences.allSatisfy { $0["against"] == "rloo" && $0["estimator"] == "turn" })
    // Each estimator's own best batch has the highest training reward of all its rows.
    guard case .array(let own)? = answer["bestDifferences"] else {
      Issue.record("\(answer)")
      return
    }
    let best = try #require(own.first)
    #expect(own.count == 1)
    func chosen(_ estimator: JSONValue) throws -> JSONValue? {
      try rows.filter { $0["estimator"] == estimator }.max {
        try bestReward($0) < bestReward($1)
      }?["batch"]
    }
    #expect(try best["batch"] == chosen("turn") && best["batchAgainst"] == chosen("rloo"))
    for row in rows {
      guard case .array(let trials)? = row["trials"] else {
        Issue.record("\(row)")
        return
      }
      let rewards = try trials.map { try #require($0["trainingReward"]).decode(Double.self) }
      let best = try #require(rewards.indices.max { rewards[$0] < rewards[$1] })
      #expect(row["learningRate"] == trials[best]["learningRate"])
    }
    // Smaller updates are evaluated at the same turns.
    let small = try #require(rows[0]["updates"]).decode(Double.self)
    let large = try #require(rows[2]["updates"]).decode(Double.self)
    #expect(small > large)

    // What is read from the folder is the same.
    try FileManager.default.removeItem(at: TraceLayout(folder.url).results)
    let shown = try await turnwise("show \(folder.path) --json").json
    guard case .array(let again)? = shown["results"]?["results"] else {
      Issue.record("\(shown)")
      return
    }
    for key in ["estimator", "batch", "learningRate", "final", "area", "updates", "trials"] {
      #expect(again.map { $0[key] } == rows.map { $0[key] }, "\(key)")
    }
    let words = await turnwise("show \(folder.path)")
    #expect(words.answer.contains("\nturn 2x2 "), "\(words.answer)")
    #expect(words.answer.contains("step: of 0.0005, 0.002 the one with the highest mean reward"))

    // A run that is missing is trained when the comparison is continued, and no other.
    let arm = folder.url.appending(path: "turn-2x2-lr0.002-seed1")
    let kept = folder.url.appending(path: "rloo-1x2-lr0.0005-seed1/metrics.jsonl")
    let before = try Data(contentsOf: kept)
    try FileManager.default.removeItem(at: arm)
    let resumed = await turnwise("compare --resume \(folder.path) --json")
    try #require(resumed.status == 0, "\(resumed.note)")
    #expect(resumed.note.contains("7 of 8 runs complete"))
    #expect(try Data(contentsOf: kept) == before)
    guard case .array(let last)? = try resumed.json["results"] else { return }
    #expect(last.map { $0["final"] } == rows.map { $0["final"] })
  }

  @Test func `continues with the one batch and step size that a list names`() async throws {
    let one = options.replacing("1x2,2x2", with: "2x3").replacing("0.0005,0.002", with: "0.002")
    let begun = await turnwise("compare keydoor-v1 \(one) --seeds 1 --out \(folder.path)")
    try #require(begun.status == 0, "\(begun.note)")
    let arm = folder.url.appending(path: "turn-seed1")
    func arms() throws -> [JSONValue?] {
      let configuration = try Run(opening: arm).record.configuration
      return [
        configuration["budget"]?["groups"], configuration["budget"]?["groupSize"],
        configuration["optimizer"]?["learningRate"],
      ]
    }
    #expect(try arms() == [2, 3, 0.002])
    try FileManager.default.removeItem(at: arm)
    let resumed = await turnwise("compare --resume \(folder.path)")
    try #require(resumed.status == 0, "\(resumed.note)")
    #expect(try arms() == [2, 3, 0.002])
  }

  @Test(arguments: [
    ("--batches 1x4 --groups 2", "--groups changes nothing with --batches"),
    ("--learning-rates 0.1,0.2 --learning-rate 1", "--learning-rate changes nothing with"),
    ("--headroom 2", "--headroom 2: expected 0, or a whole number of at least 3"),
  ])
  func `refuses flags without effect`(flags: String, message: String) async {
    let printed = await turnwise("compare keydoor-v1 \(flags)")
    #expect(printed.status == 2 && printed.note.contains(message), "\(printed.note)")
  }

  @Test func `reads the options of a run in an environment with flags of its own`() async throws {
    let small =
      "--demonstrations 8 --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1"
      + " --feed-forward 8 --action-tokens 8 --env-set jobs=1 --headroom 0 --evaluation-episodes 2"
    let first = await turnwise(
      "train chores-v1 \(small) --groups 2 --updates 1 --evaluation-every 1 --out \(folder.path)/a")
    try #require(first.status == 0, "\(first.note)")
    let again = await turnwise(
      "train chores-v1 --env-set jobs=1 --headroom 0 --config \(folder.path)/a --out \(folder.path)/b"
    )
    try #require(again.status == 0, "\(again.note)")
    func configuration(_ name: String) throws -> JSONValue {
      try Run(opening: folder.url.appending(path: name)).record.configuration
    }
    let (a, b) = (try configuration("a"), try configuration("b"))
    #expect(a == b && a["budget"]?["groups"] == 2)
    // What the user asks for replaces what suits the environment.
    #expect(a["evaluation"]?["turns"] == 0 && a["evaluation"]?["every"] == 1)
  }

  @Test func `refuses an environment's flags that training does not have`() async throws {
    struct Odd: Environment {
      static let id = "odd-v1"
      var trainingFlags: [String: String] { ["group": "1"] }
      var tools: Toolbox<Int> { Toolbox {} }
      func scenario(in split: Split, using random: inout Randomness) -> Int { 0 }
      func start(_ scenario: Int, using random: inout Randomness) -> Int { 0 }
      func judge(_ state: Int) -> Judgement { Judgement(success: true) }
    }
    let printed = await turnwise(
      ["train", "odd-v1"], tool: CommandLineTool(environments: [Odd()]))
    #expect(printed.status == 2)
    #expect(
      printed.note == "error: trainingFlags of odd-v1: training has no flag 'group'\n"
        + "hint:  did you mean 'groups'?\n", "\(printed.note)")
  }

  @Test(arguments: ["shell-v1", "chores-v1", "repair-v1", "overhaul-v1", "search-v1", "keydoor-v1"])
  func `trains each environment with flags that exist`(environment: String) async throws {
    // The wrong flag is refused after the environment's own were read.
    let printed = await turnwise("train \(environment) --groups 0")
    #expect(printed.status == 2 && printed.note.contains("--groups 0: "), "\(printed.note)")
    #expect(!printed.note.contains("trainingFlags"))
  }
}
