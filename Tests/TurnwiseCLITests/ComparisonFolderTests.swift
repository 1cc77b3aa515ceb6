import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `The folder of a comparison` {
  private let folder = TemporaryFolder()

  @Test func `holds what its results are made of`() async throws {
    let compared = await turnwise(
      """
      compare keydoor-v1 --credit rloo,turn-gae:bootstrap=false,lambda=1 --seeds 1 --env-set horizon=1 --turns 40 --groups 2 \
      --group-size 2 --demonstrations 12 --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 \
      --heads 1 --layers 1 --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 \
      --action-tokens 8 --json --out \(folder.path)
      """)
    try #require(compared.status == 0, "\(compared.note)")
    let answer = try compared.json
    #expect(answer["isPartial"] == false && answer["plannedSeeds"] == 1)
    guard case .array(let ended)? = answer["endedRuns"], ended.count == 2,
      case .string(let arm) = ended[1]
    else {
      Issue.record("\(compared.answer)")
      return
    }
    #expect(ended[0] == "rloo-seed1" && arm.hasPrefix("turn-gae"))
    let layout = TraceLayout(folder.url)
    // As if it had been killed before it could write them.
    try FileManager.default.removeItem(at: layout.results)
    let shown = await turnwise("show \(folder.path) --json")
    #expect(shown.status == 0)
    let json = try shown.json
    guard case .array(let rows)? = json["results"]?["results"],
      case .array(let expected)? = answer["results"], case .array(let runs)? = json["runs"]
    else {
      Issue.record("\(shown.answer)")
      return
    }
    #expect(runs.map { $0["run"] } == ended)
    for key in ["estimator", "start", "startGreedy", "final", "finalGreedy", "area", "turns"] {
      #expect(rows.map { $0[key] } == expected.map { $0[key] }, "\(key)")
    }
    let words = await turnwise("show \(folder.path)")
    #expect(words.answer.contains("held-out success in %, mean over 1 seed (sampled"))
    #expect(words.answer.contains("1 seed is too few for intervals"))
    // One table at any width from 60 columns on, with fewer columns where there is less room.
    #expect(words.answer.contains("\nestimator") && words.answer.contains(" greedy "))
    let narrow = await turnwise(["show", folder.path], width: 60).answer
    let table = narrow.split(separator: "\n").drop { !$0.hasPrefix("estimator") }.prefix(3)
    #expect(table.first?.contains("  final  95 % interval") == true, "\(narrow)")
    #expect(table.allSatisfy { $0.count <= 60 })
    // Between few evaluations there are straight lines, and no curve to take the area of.
    #expect(words.answer.contains("no area: it needs 5 evaluations of each run"))

    // A run that has not ended is listed, and leaves its seed out.
    let part = TraceLayout(layout.folder.appending(path: arm))
    let metrics = try Data(contentsOf: part.metrics).split(separator: UInt8(ascii: "\n"))
    try (metrics[0] + [UInt8(ascii: "\n")]).write(to: part.metrics)
    let half = await turnwise("show \(folder.path)")
    #expect(half.status == 0 && half.answer.contains("turn-gae"), "\(half.answer)")
    #expect(!half.answer.contains("mean over"))
    // It is still being written: no damage.
    try (metrics[0] + [UInt8(ascii: "\n")] + metrics[1].prefix(9)).write(to: part.metrics)
    let growing = await turnwise("show \(folder.path)")
    #expect(growing.status == 0 && growing.note.contains("warning: "), "\(growing.note)")

    // One that is damaged is named, and the others are shown.
    try Data("[".utf8).write(to: part.run)
    for command in ["show", "stats"] {
      let damaged = await turnwise("\(command) \(folder.path)")
      #expect(damaged.status == 3 && damaged.answer.contains("rloo"), "\(damaged.answer)")
      #expect(damaged.note.contains("\(arm)/run.json"), "\(damaged.note)")
    }
  }
}
