internal import Foundation
internal import Turnwise

/// Prints statistics of all episodes of a run.
struct StatsCommand: Subcommand {
  let name = "stats"
  let summary = "summarize a run: endings, tools, refusals, frequent replies, by update and outcome"
  let operand: String? = "RUN"
  let examples = [
    "turnwise stats traces/examples/keydoor",
    "turnwise stats traces/mine --purpose evaluation --json",
  ]
  let flags = [Self.purpose, Self.limit, .json]

  private static let purpose = Flag(
    "purpose", "analyse the episodes of this purpose, such as evaluation", value: "WORD",
    default: "training, or the first one in the run")
  private static let limit = Flag(
    "limit", "how many replies are listed", value: "N", default: "8")

  /// The runs of one estimator of a comparison, or the run itself.
  struct Arm: Encodable {
    var name: String
    var runs: Int
    var purpose: EpisodeRecord.Purpose
    var statistics: RunStatistics
  }

  private struct Answer: Encodable {
    var environment: String
    var command: String
    var arms: [Arm]
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let layout = try RunFolder.named(by: invocation)
    let limit = try invocation.integer(Self.limit, atLeast: 1, default: 8)
    let asked = try invocation.choice(Self.purpose, of: EpisodeRecord.Purpose.self)
    let run = try Run(layout).record
    var isDamaged = false
    let runs = Self.runs(of: run, in: layout) { error in
      context.console.note(Words.of(error).1)
      isDamaged = true
    }
    // The folders of one estimator form an arm; those of the first seed come first.
    var arms: [Arm] = []
    for (name, layout) in runs {
      try Task.checkCancellation()
      let purpose = try asked ?? arms.first?.purpose ?? Self.purpose(of: layout)
      let index =
        arms.firstIndex { $0.name == name }
        ?? {
          arms.append(
            Arm(name: name, runs: 0, purpose: purpose, statistics: RunStatistics(of: purpose)))
          return arms.count - 1
        }()
      arms[index].runs += 1
      var reader = try RecordReader<EpisodeRecord>(layout.episodes)
      while let record = reader.next() { arms[index].statistics.add(record) }
      isDamaged = RunFolder.report(reader, "counted", context.console) || isDamaged
    }
    let answer = Answer(environment: run.environment, command: run.command, arms: arms)
    if invocation.has(.json) {
      try context.console.answer(json: answer)
    } else {
      context.console.answer("\(run.command) \(run.environment)")
      let text = StatisticsText(arms: arms, limit: limit, width: context.console.width)
      context.console.answer(text.text)
    }
    return isDamaged ? .data : .success
  }

  /// Returns the runs in a folder: itself, or those of a comparison with the names of their estimators.
  private static func runs(
    of run: RunRecord, in layout: TraceLayout, report: (any Error) -> Void
  ) -> [(String, TraceLayout)] {
    let parts = run.command == "compare" ? layout.possibleRuns().map { TraceLayout($0) } : []
    guard !parts.isEmpty else { return [("all", layout)] }
    return parts.map { part in
      var credit: String?
      do { credit = try part.readRun().configuration["credit"]?.compact } catch { report(error) }
      return (credit ?? part.folder.lastPathComponent, part)
    }
  }

  /// Returns the purpose to analyse: training if there is any, otherwise that of the first record.
  private static func purpose(of layout: TraceLayout) throws -> EpisodeRecord.Purpose {
    var reader = try RecordReader<EpisodeRecord>(layout.episodes)
    var first: EpisodeRecord.Purpose?
    while let record = reader.next() {
      if record.purpose == .training { return .training }
      if first == nil || first == .demonstration { first = record.purpose }
    }
    return first ?? .run
  }
}
