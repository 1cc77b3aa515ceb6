import Foundation
import Testing
import Turnwise
import TurnwiseCLI
import TurnwiseEnvironments
import TurnwiseTestSupport

extension Evidence.Need {
  /// How many words each action has.
  static let words = Evidence.Need(
    "words", remedy: "count the words of the actions", lack: "no words can be counted",
    example: { $0.episodes.map { $0.turns.map { Double($0.sampledTokens) } } })
}

struct WordCount: EvidenceMeasurement {
  static var need: Evidence.Need { .words }

  func measure(_ episodes: [Episode], by reader: EvidenceReader) -> EvidenceReading<[[Double]]> {
    EvidenceReading(
      episodes.map { $0.turns.map { Double($0.action.text.string.split(separator: " ").count) } })
  }
}

/// Credits long actions more.
struct CreditByWords: CreditEstimator {
  static let id = "by-words", summary = "credit by the number of words of each action"
  var needs: Set<Evidence.Need> { [.words] }

  func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let words: [[Double]] = try evidence.require(.words)
    let advantages = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: zip(words, advantages).map { words, advantage in words.map { $0 * advantage } },
      of: group)
  }
}

@Suite struct `Evidence of one's own on the command line` {
  private func tool(_ line: String) async throws -> Printed {
    let printed = await turnwise(
      line.split(separator: " ").map(String.init),
      tool: CommandLineTool(
        environments: builtInEnvironments, estimators: [CreditByWords()],
        evidence: [WordCount.self]))
    try #require(printed.status == 0, "\(printed.note)")
    return printed
  }

  @Test func `is measured where it is registered`() async throws {
    let folder = TemporaryFolder()
    _ = try await tool(
      """
      train keydoor-v1 --credit by-words --env-set horizon=1 --updates 1 --groups 2 --group-size 2 \
      --demonstrations 12 --cloning-steps 2 --cloning-batch 2 --vocabulary 300 --width 8 --heads 1 \
      --layers 1 --feed-forward 8 --critic-episodes 2 --evaluation-episodes 2 --action-tokens 8 \
      --out \(folder.path)
      """)
    var reader = try RecordReader<EpisodeRecord>(TraceLayout(folder.url).episodes)
    let trained = try reader.readAll().filter { $0.purpose == .training }
    #expect(trained.count == 4 && trained.allSatisfy { $0.credit?["by-words"] != nil })
    _ = try await tool("train --resume \(folder.path)")
    let json = try await tool("credit \(folder.path) --credit by-words --json").json
    guard case .array(let entries)? = json["episodes"] else {
      Issue.record("no episodes")
      return
    }
    let found = entries.compactMap { $0["credit"]?["by-words"]?["turns"] }
    #expect(
      try found
        == trained.map { try JSONValue(encoding: $0.credit?["by-words"]?.turns.map(\.value)) })
    _ = try await tool("audit --credit by-words --groups 4")
  }
}
