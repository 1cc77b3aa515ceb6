import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `An audit of a run on the command line` {
  private let folder = TemporaryFolder()

  /// Trains a policy that now and then succeeds.
  private func train() async throws -> String {
    let run = folder.path + "/run"
    let trained = await turnwise(
      """
      train keydoor-v1 --env-set horizon=1 --habit 0.65 --updates 1 --groups 2 --group-size 2 --demonstrations 80 \
      --cloning-steps 240 --cloning-batch 4 --vocabulary 300 --width 32 --layers 1 \
      --feed-forward 48 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8 --out \(run)
      """)
    try #require(trained.status == 0, "\(trained.note)")
    return run
  }

  private let small = "--scenarios 2 --groups 3 --group-size 4 --points 10 --forks 4 --gold-forks 8"

  @Test func `measures, scores, and writes the truth beside every estimate`() async throws {
    let run = try await train()
    let out = folder.path + "/audit"
    let line = "audit \(run) --credit rloo,token,fork:k=1 --truth forks \(small) --json"
    let printed = await turnwise(line + " --out \(out)")
    try #require(printed.status == 0, "\(printed.note)")
    let json = try printed.json
    #expect(json["truth"]?["source"] == "forks" && json["episodes"] == 24)
    guard case .array(let rows)? = json["results"] else {
      Issue.record("\(printed.answer.prefix(200))")
      return
    }
    #expect(
      rows.map { $0["name"] } == [
        "true advantage", "rloo", "token", "fork:k=1", "true advantage, shuffled",
        "rloo, spread at random",
      ])
    #expect(rows.map { $0["kind"] == "estimator" } == [false, true, true, true, false, false])
    // The same again, and in words.
    let again = await turnwise(line + " --out \(folder.path)/again")
    #expect(try again.json["results"] == json["results"])
    let words = await turnwise(
      "audit \(run) --credit rloo,grpo:std=false --truth forks \(small) --out \(folder.path)/words")
    #expect(words.answer.contains("truth: measured by 4 forks from each side of a turn"))
    // Two names for one thing tie, and it is said so.
    let ties = words.answer.split(separator: "\n").filter {
      $0.hasPrefix("rloo ") || $0.hasPrefix("grpo")
    }
    #expect(ties.count == 2 && ties.allSatisfy { $0.contains("=1") }, "\(words.answer)")

    var reader = try RecordReader<EpisodeRecord>(
      TraceLayout(URL(filePath: out, directoryHint: .isDirectory)).episodes)
    let records = try reader.readAll()
    #expect(records.count == 24)
    let known = records.flatMap { $0.truth ?? [] }.compactMap(\.self)
    #expect((9...10).contains(known.count) && known.allSatisfy { ($0.continuations ?? 0) >= 4 })
    #expect(
      records.allSatisfy { $0.credit?.count == 3 && $0.truth?.count == $0.episode.turns.count })
    let number = try #require(records.firstIndex { $0.truth?.contains { $0 != nil } == true }) + 1
    let shown = await turnwise("show \(out) --episode \(number)")
    #expect(shown.answer.contains("  truth ") && shown.answer.contains(" ± "))
    let title = shown.answer.split(separator: "\n").first { $0.hasPrefix("#  ") }
    #expect(
      title?.split(separator: " ")
        == ["#", "reward", "truth", "±", "fork:k=1", "rloo", "token", "action"])
  }

  @Test func `computes, or measures and says why`() async throws {
    let run = try await train()
    let exact = await turnwise(
      "audit \(run) --credit rloo --truth exact --cutoff 0.2 \(small) --json --out \(folder.path)/e"
    )
    try #require(exact.status == 0, "\(exact.note)")
    #expect(try exact.json["truth"]?["source"] == "exact")
    #expect(exact.note.contains("truth: exact, "))
    let best = await turnwise(
      "audit \(run) --credit rloo --cutoff 0.2 \(small) --json --out \(folder.path)/b")
    #expect(try best.json["truth"]?["source"] == "forks")
    #expect(
      best.note.contains("; not exact: what is less likely than 0.2 could change an advantage"))
    let refused = await turnwise(
      "audit \(run) --credit rloo --truth exact --histories 2 \(small) --out \(folder.path)/r")
    #expect(refused.status == 1)
    #expect(refused.note.contains("more than 2 histories are likelier than 0.0001"))
  }

  @Test(arguments: [
    (
      "keydoor-v1 --truth maybe",
      "error: --truth maybe: expected best, exact, forks, subtask, both\n"
    ),
    ("keydoor-v1 --cutoff 0", "error: --cutoff 0: expected a number between 0 and 1\n"),
    (
      "keydoor-v1 --forks 1",
      "error: --forks 1: expected a whole number from 4 to 1000000 (all of them are kept in memory)\n"
    ),
    ("keydor-v1", "error: no environment named 'keydor-v1'\nhint:  did you mean 'keydoor-v1'?\n"),
    (
      "RUN --env-set horizon=2",
      "error: --env-set does not go with a run, whose environment and policy are recorded\n"
    ),
    (
      "RUN --updates 3",
      "error: --updates does not go with a run, whose environment and policy are recorded\n"
    ),
  ])
  func `refuses what makes no audit`(arguments: String, message: String) async throws {
    let run = repository("traces/examples/keydoor").path
    let printed = await turnwise("audit " + arguments.replacing("RUN", with: run))
    #expect(printed.status == 2 && printed.answer == "")
    #expect(printed.note == message)
  }
}
