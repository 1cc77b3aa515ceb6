internal import Foundation
internal import Turnwise

/// Prints the trace of a run.
struct ShowCommand: Subcommand {
  let name = "show"
  let summary = "list runs or the episodes of one, or read one turn by turn"
  let operand: String? = "RUN"
  let examples = [
    "turnwise show traces/examples/keydoor", "turnwise show traces/examples/keydoor --episode 3",
    "turnwise show traces/examples",
  ]
  let flags = [Self.episode, Self.prompt, Self.purpose, Self.limit, .json]

  private static let episode = Flag(
    "episode", "read episode N: the number in the list, which is its line in episodes.jsonl",
    value: "N")
  private static let prompt = Flag(
    "prompt", "with --episode: what the policy read and sampled in each turn, token by token")
  private static let purpose = Flag(
    "purpose", "list only episodes of this purpose, such as training or evaluation", value: "WORD")
  private static let limit = Flag(
    "limit", "how many episodes are listed", value: "N", default: "40")

  private struct Listing: Encodable {
    var run: RunRecord
    var episodes: [Entry]

    struct Entry: Encodable {
      var number: Int
      var name: String
      var purpose: EpisodeRecord.Purpose
      var update: Int?
      var family: String
      var turns: Int
      var reward: Double?
      var success: Bool?
      var ending: Ending
    }
  }

  func run(_ invocation: Invocation, _ context: Context) async throws -> ExitStatus {
    let layout = try RunFolder.named(by: invocation)
    let isRun = FileManager.default.fileExists(atPath: layout.run.path)
    if !isRun, let listing = RunListing(in: layout, context.console) {
      return try listing.show(invocation, context)
    }
    let run = try Run(layout)
    if run.record.command == "compare", !invocation.has(Self.episode),
      let listing = RunListing(in: layout, context.console)
    {
      describe(run, invocation, context)
      let results = ComparisonResult(of: run.record, in: layout)?.answer(trace: run.path)
      return try listing.show(invocation, context, results: results)
    }
    guard !invocation.has(Self.prompt) || invocation.has(Self.episode) else {
      throw UsageError.conflict("--prompt shows one episode: add --episode N")
    }
    if invocation.has(Self.episode) {
      let number = try invocation.integer(
        Self.episode, atLeast: 1, atMost: .count, default: 1)
      return try show(number, run, invocation, context)
    }
    return try list(run, invocation, context)
  }

  // MARK: - The list

  private func list(
    _ run: Run, _ invocation: Invocation, _ context: Context
  ) throws -> ExitStatus {
    var reader = try run.episodes()
    let limit = try invocation.integer(
      Self.limit, atLeast: 1, atMost: .count, default: 40)
    let purpose = try invocation.choice(Self.purpose, of: EpisodeRecord.Purpose.self)
    var entries: [Listing.Entry] = []
    var matching = 0
    while let record = reader.next() {
      guard purpose == nil || record.purpose == purpose else { continue }
      matching += 1
      guard invocation.has(.json) || entries.count < limit else { continue }
      let episode = record.episode
      entries.append(
        Listing.Entry(
          number: reader.line, name: episode.name, purpose: record.purpose, update: record.update,
          family: episode.family, turns: episode.turns.count, reward: episode.totalReward,
          success: episode.judgement?.success, ending: episode.ending))
    }
    let isDamaged = RunFolder.report(reader, "shown", context.console)
    if isDamaged, entries.isEmpty { return .data }
    if invocation.has(.json) {
      try context.console.answer(json: Listing(run: run.record, episodes: entries))
    } else {
      describe(run, invocation, context)
      var table = TextTable([
        .number("episode", decimals: 0), .text("purpose"), .number("update", decimals: 0),
        .text("family"), .number("turns", decimals: 0), .number("reward"), .text("ending"),
      ])
      for entry in entries {
        table.append([
          .integer(entry.number), .text(entry.purpose.rawValue),
          .number(entry.update.map(Double.init)), .text(entry.family), .integer(entry.turns),
          .number(entry.reward), .text(Self.words(entry.ending, entry.success)),
        ])
      }
      context.console.answer(table.rendered(width: context.console.width))
      if matching > entries.count {
        context.console.answer(
          "\(matching - entries.count) more; --limit N lists more, --purpose WORD fewer")
      }
    }
    return isDamaged ? .data : .success
  }

  private func describe(_ run: Run, _ invocation: Invocation, _ context: Context) {
    guard !invocation.has(.json) else { return }
    let run = run.record
    let credit = run.configuration["credit"].map { "  credit \($0.compact)" } ?? ""
    let seed = run.configuration["seed"].map { "  seed \($0.compact)" } ?? ""
    context.console.answer(
      TerminalText.escaped("\(run.command) \(run.environment)\(credit)\(seed)") + "\n")
  }

  private static func words(_ ending: Ending, _ success: Bool?) -> String {
    switch ending {
    case .terminated: success.map { $0 ? "success" : "failure" } ?? "terminated"
    case .truncated(let reason):
      "truncated (\(reason.rawValue))" + (success == true ? ", success" : "")
    case .failed(let failure): "failed: \(failure)"
    }
  }

  // MARK: - One episode

  private func show(
    _ number: Int, _ run: Run, _ invocation: Invocation, _ context: Context
  ) throws -> ExitStatus {
    var reader = try run.episodes()
    var found: EpisodeRecord?
    while let record = reader.next() {
      if reader.line == number { found = record }
    }
    // Damage after the episode is reported too.
    let isDamaged = RunFolder.report(reader, "shown", context.console)
    guard let record = found else {
      if isDamaged { return .data }
      throw UsageError.badValue(
        flag: Self.episode.name, text: "\(number)",
        expected: reader.line == 0
          ? "another run: this one has no episodes" : "a number from 1 to \(reader.line)")
    }
    if invocation.has(Self.prompt) {
      try showPrompt(of: record.episode, run, invocation, context)
      return isDamaged ? .data : .success
    }
    if invocation.has(.json) {
      try context.console.answer(json: record)
      return isDamaged ? .data : .success
    }
    describe(run, invocation, context)
    for line in EpisodeText(record, number: number, width: context.console.width).lines {
      context.console.answer(line)
    }
    return isDamaged ? .data : .success
  }

  private func showPrompt(
    of episode: Episode, _ run: Run, _ invocation: Invocation, _ context: Context
  ) throws {
    let prompt = PromptText(
      episode, format: episode.tape.isEmpty ? nil : try run.promptFormat())
    if invocation.has(.json) {
      return try context.console.answer(json: prompt.parts)
    }
    describe(run, invocation, context)
    for line in prompt.lines { context.console.answer(line) }
  }
}
