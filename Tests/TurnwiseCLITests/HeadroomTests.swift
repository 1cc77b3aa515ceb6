import Foundation
import Testing
import Turnwise
import TurnwiseTestSupport

@Suite struct `The headroom of a run` {
  private let folder = TemporaryFolder()
  private let small =
    "keydoor-v1 --env-set horizon=1 --habit 0.5 --demonstrations 60 --cloning-steps 60 --updates 1 --groups 2"
    + " --group-size 4 --context 400 --evaluation-episodes 4 --critic-episodes 0"

  private func episodes(_ path: String) throws -> Data {
    try Data(contentsOf: folder.url.appending(path: path + "/episodes.jsonl"))
  }

  @Test func `is told before the first update, and changes nothing`() async throws {
    let told = await turnwise("train \(small) --headroom 8 --out \(folder.path)/told")
    try #require(told.status == 0, "\(told.note)")
    let lines = told.note.split(separator: "\n")
    let line = try #require(
      lines.firstIndex { $0.hasPrefix("before training, by 8 groups (") }, "\(told.note)")
    #expect(lines[line + 1].hasPrefix("  the gradient comes from "))
    #expect(
      lines[line + 2].hasPrefix("  signal to noise") || lines[line + 2].hasPrefix("  the signal"))
    let training = try #require(lines.firstIndex { $0.hasPrefix("turn: ") }, "\(told.note)")
    #expect(line < training)
    let untold = await turnwise("train \(small) --headroom 0 --out \(folder.path)/untold")
    try #require(untold.status == 0, "\(untold.note)")
    #expect(!untold.note.contains("before training"))
    let isSame = try episodes("told") == episodes("untold")
    #expect(isSame)
  }

  @Test func `is told once in a comparison`() async throws {
    let compared = await turnwise(
      "compare \(small) --credit rloo,turn --seeds 2 --headroom 8 --out \(folder.path)/compared")
    try #require(compared.status == 0, "\(compared.note)")
    #expect(compared.note.split(separator: "\n").count { $0.hasPrefix("before training") } == 1)
  }

  @Test func `is what an audit prints, with its parts`() async throws {
    let trained = await turnwise("train \(small) --out \(folder.path)/trained")
    try #require(trained.status == 0, "\(trained.note)")
    let audit = try await turnwise(
      "audit \(folder.path)/trained --scenarios 4 --groups 4 --truth exact --cutoff 0.01 --credit rloo,turn --json --out \(folder.path)/audit"
    ).json
    let profile = try #require(audit["profile"]).decode(AuditProfile.self)
    let effective = try #require(profile.effectiveTurns)
    #expect(effective >= 1 && effective <= profile.turns)
    #expect((0...1).contains(profile.decisiveShare))
    let rows = try audit["results"].items
    let oracle = try #require(rows.first { $0["name"] == "true advantage" })
    #expect(try #require(oracle["score"]?["weightedPearson"]).decode(Double.self) > 0.999)
    let rloo = try #require(rows.first { $0["name"] == "rloo" })["score"]
    // Computed truth covers every turn, so the headroom is the ratio of two rows.
    #expect(audit["truth"]?["source"] == "exact")
    if let headroom = profile.headroom, let own = oracle["score"]?["signalToNoise"],
      let other = rloo?["signalToNoise"]
    {
      let ratio = try own.decode(Double.self) / other.decode(Double.self)
      #expect(abs(headroom.ratio / ratio - 1) < 1e-3)
    }
  }
}
