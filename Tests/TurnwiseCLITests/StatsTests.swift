import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseTestSupport

@Suite struct `The statistics of a run, on the command line` {
  private let folder = TemporaryFolder()
  private static let small =
    "--env-set horizon=1 --groups 2 --group-size 2 --demonstrations 24 --cloning-steps 2 "
    + "--cloning-batch 2 --vocabulary 300 --width 8 --heads 1 --layers 1 --feed-forward 8 "
    + "--critic-episodes 2 --evaluation-episodes 2 --action-tokens 8"

  @Test func `sum up the committed example`() async throws {
    let path = repository("traces/examples/keydoor")
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(path).episodes)
    let episodes = try reader.readAll().map(\.episode)
    let printed = await turnwise("stats \(path.path)")
    #expect(printed.status == 0 && printed.note == "")
    #expect(printed.answer.hasPrefix("run keydoor-v1\n"))
    #expect(printed.answer.contains("run episodes"))
    let json = try await turnwise("stats \(path.path) --json").json
    guard case .array(let arms)? = json["arms"], let statistics = arms.first?["statistics"],
      case .array(let groups)? = statistics["groups"], let tally = groups.first?["tally"]
    else {
      Issue.record("\(json)")
      return
    }
    #expect(arms.count == 1 && groups.count == 1)
    #expect(tally["episodes"] == .integer(episodes.count))
    #expect(tally["succeeded"] == .integer(episodes.count(where: \.isSuccess)))
    #expect(tally["turns"] == .integer(episodes.reduce(0) { $0 + $1.turns.count }))
    let reads = episodes.flatMap(\.turns).flatMap(\.action.calls).count { $0.name == "read" }
    #expect(tally["calls"]?["read"] == .integer(reads))
    #expect(statistics["succeeded"]?["episodes"] == tally["succeeded"])
    // Names of keys do not make kinds of their own.
    #expect(tally["replies"]?["walk: A step."] != nil)
    for outcome in ["succeeded", "failed"] { #expect(printed.answer.contains("\n\(outcome) ")) }
  }

  @Test func `show demonstrations beside training, and count them apart`() async throws {
    let trained = await turnwise("train keydoor-v1 --updates 2 \(Self.small) --out \(folder.path)")
    try #require(trained.status == 0, "\(trained.note)")
    let json = try await turnwise("stats \(folder.path) --json").json
    guard case .array(let arms)? = json["arms"],
      case .array(let groups)? = arms.first?["statistics"]?["groups"]
    else {
      Issue.record("\(json)")
      return
    }
    let counts = groups.reduce(into: [String: JSONValue]()) { counts, group in
      if case .string(let purpose)? = group["purpose"] {
        counts[purpose] = group["tally"]?["episodes"]
      }
    }
    #expect(counts == ["demonstration": 16, "evaluation": 8, "training": 8])
    #expect(arms.first?["purpose"] == "training")
    let list = await turnwise("show \(folder.path) --purpose demonstration")
    #expect(list.answer.components(separatedBy: "\n").count { $0.contains("demonstration") } == 16)
    // What was chosen, and why, is recorded.
    let run = try TraceLayout(folder.url).readRun()
    #expect(try run.configuration["imitation"]?["habit"]?.decode(Double.self) != nil)
    guard case .array(let levels)? = run.configuration["habitPilot"]?["levels"] else {
      Issue.record("no pilot in \(run.configuration)")
      return
    }
    #expect(levels.count == HabitPilot.habits.count)
    #expect(trained.note.contains("expert: habit "))
  }

  @Test func `tell the estimators of a comparison apart`() async throws {
    let line =
      "compare keydoor-v1 --credit rloo,turn --seeds 2 --turns 20 \(Self.small) --out \(folder.path)"
    let compared = await turnwise(line)
    try #require(compared.status == 0, "\(compared.note)")
    let json = try await turnwise("stats \(folder.path) --json").json
    guard case .array(let arms)? = json["arms"] else {
      Issue.record("\(json)")
      return
    }
    #expect(arms.map { $0["name"] } == ["rloo", "turn"])
    #expect(arms.map { $0["runs"] } == [2, 2])
    let text = await turnwise("stats \(folder.path)").answer
    #expect(text.contains("rloo, 2 runs: training episodes"))
  }

  @Test func `of what is no run are an error`() async {
    #expect(await turnwise("stats /nowhere").status == 4)
    #expect(await turnwise("stats").status == 2)
    let wrong = await turnwise("stats \(repository("traces/examples/keydoor").path) --purpose x")
    #expect(wrong.status == 2 && wrong.note.contains("evaluation"))
  }
}
