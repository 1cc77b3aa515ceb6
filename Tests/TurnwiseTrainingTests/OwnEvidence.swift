import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTraining

extension Evidence.Need {
  /// How well the tool of each turn has worked so far.
  static let toolRecord = Evidence.Need(
    "tool-record", remedy: "let a judge keep a record of the tools",
    lack: "the run saved no record of its tools",
    example: { $0.episodes.map { $0.turns.map { 0.1 * Double($0.sampledTokens) } } })
}

/// A model of the mean return of the episodes in which each tool was called.
struct ToolRecord: EvidenceModel, Equatable {
  /// The returns of one tool.
  struct Entry: Codable, Hashable {
    var sum = 0.0
    var count = 0.0
  }

  var tools: [String: Entry] = [:]

  static var need: Evidence.Need { .toolRecord }

  static func prepare(_ work: inout EvidenceWork) -> ToolRecord { ToolRecord() }

  func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) -> EvidenceReading<[[Double]]> {
    EvidenceReading(
      episodes.map { episode in
        episode.turns.map { turn in
          guard let entry = tools[turn.tool] else { return 0 }
          return entry.sum / entry.count
        }
      })
  }

  mutating func learn(afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork) {
    for episode in groups.flatMap(\.episodes) {
      for tool in Set(episode.turns.map(\.tool)) {
        tools[tool, default: Entry()].sum += episode.totalReward ?? 0
        tools[tool, default: Entry()].count += 1
      }
    }
    work.metrics["tool_record/tools"] = Double(tools.count)
  }

  var saved: SavedEvidence? {
    get throws { SavedEvidence(state: ["tools": try JSONValue(encoding: tools)]) }
  }

  init() {}
  init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws {
    tools = try saved.value("tools")
  }
}

extension Turn {
  fileprivate var tool: String { action.calls.first?.name ?? "none" }
}

/// Credits turns by the advantage of their episode, weighted by the record of their tool.
struct CreditByTool: CreditEstimator {
  static let id = "by-tool", summary = "credit by the record of each turn's tool"
  var needs: Set<Evidence.Need> { [.toolRecord] }

  func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let records: [[Double]] = try evidence.require(.toolRecord)
    let advantages = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return GroupCredit(
      turns: zip(records, advantages).map { records, advantage in
        records.map { (1 + $0) * advantage }
      }, of: group)
  }
}
