internal import Foundation
internal import Turnwise

/// The runs in a folder: those of a comparison, or all in `traces/`.
struct RunListing {
  private struct Answer: Encodable {
    var folder: String
    var runs: [Entry]
    var results: ComparisonResult.Answer?
  }

  private struct Entry: Encodable {
    var run: String
    var command: String
    var environment: String
    var credit: String?
    var seed: String?
    /// The number of updates in its metrics.
    var updates: Int?
    /// The last held-out success.
    var success: Double?
    /// The time of its start.
    var started: String?
  }

  private let folder: String
  private let entries: [Entry]
  private let isDamaged: Bool

  /// Reads the runs in a folder, and reports damaged ones.
  ///
  /// - Returns: `nil` if there are none.
  init?(in layout: TraceLayout, _ console: Console) {
    var folders = layout.possibleRuns().map { (name: $0.lastPathComponent, folder: $0) }
    if folders.isEmpty {
      // The folder may contain only folders of runs, such as `traces/` of a fresh checkout.
      folders = layout.entries().flatMap { folder in
        TraceLayout(folder).possibleRuns().map {
          ("\(folder.lastPathComponent)/\($0.lastPathComponent)", $0)
        }
      }
    }
    guard !folders.isEmpty else { return nil }
    folder = layout.folder.relativePath
    var isDamaged = false
    func report(_ error: any Error) {
      console.note(Words.of(error).1)
      isDamaged = true
    }
    entries = folders.map { name, folder in
      let part = TraceLayout(folder)
      let run: RunRecord
      do { run = try part.readRun() } catch {
        report(error)
        return Entry(run: name, command: "(unreadable)", environment: "")
      }
      func text(_ key: String, _ settings: JSONValue) -> String? {
        guard case .string(let text)? = settings[key] else { return nil }
        return text
      }
      let settings = run.configuration["training"] ?? run.configuration
      var entry = Entry(
        run: name, command: run.command, environment: run.environment,
        credit: text("credit", settings), seed: text("seed", settings))
      if case .string(let started)? = run.host["started"] { entry.started = started }
      do {
        var metrics = try RecordReader<MetricsRecord>(part.metrics)
        while let record = metrics.next() {
          entry.updates = max(entry.updates ?? 0, record.update)
          // The score is recorded where it is not the share of successes.
          let score = record.metrics["evaluation/score"] ?? record.metrics["evaluation/success"]
          if let score = score?.value, score.isFinite { entry.success = score }
        }
        if RunFolder.report(metrics, "shown", console) { isDamaged = true }
      } catch {
        // Only training writes metrics.
        if (error as? TraceError)?.problem != .missing { report(error) }
      }
      return entry
    }
    self.isDamaged = isDamaged
  }

  /// Prints the list, and the results if the folder is a comparison.
  func show(
    _ invocation: Invocation, _ context: Context, results: ComparisonResult.Answer? = nil
  ) throws -> ExitStatus {
    if invocation.has(.json) {
      try context.console.answer(json: Answer(folder: folder, runs: entries, results: results))
      return isDamaged ? .data : .success
    }
    var table = TextTable([
      .text("run"), .text("command"), .text("environment"), .text("credit"),
      .number("updates", decimals: 0), .number("held-out, %", decimals: 1), .text("started"),
    ])
    for entry in entries {
      table.append([
        .text(entry.run), .text(entry.command), .text(entry.environment),
        .text(entry.credit ?? ""), .number(entry.updates.map(Double.init)),
        .number(entry.success.map { 100 * $0 }), .text(entry.started ?? ""),
      ])
    }
    context.console.answer(table.rendered(width: max(context.console.width, 100)))
    if let results {
      context.console.answer("\n" + results.text(width: context.console.width))
    } else {
      context.console.answer("read one: \(Program.name) show \(folder)/NAME")
    }
    return isDamaged ? .data : .success
  }
}
