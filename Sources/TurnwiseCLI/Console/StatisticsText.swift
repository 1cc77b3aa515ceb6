internal import Foundation
internal import Turnwise

/// The tables of `turnwise stats`.
struct StatisticsText {
  let arms: [StatsCommand.Arm]
  let limit: Int
  let width: Int

  var text: String {
    guard arms.contains(where: { !$0.statistics.groups.isEmpty }) else { return "no episodes" }
    var parts = [groups]
    for arm in arms {
      let title = arms.count > 1 ? "\(arm.name), \(arm.runs) runs: " : ""
      let all = arm.statistics.chosen
      guard all.episodes > 0 else { continue }
      parts.append("\(title)\(arm.purpose.rawValue) episodes")
      if arm.statistics.updates.count > 1 { parts.append(updates(arm.statistics)) }
      parts.append(outcomes(arm.statistics))
      parts.append(tools(all))
      if !all.refusalReplies.isEmpty {
        parts.append(
          list("refused", all.refusalReplies, arm.statistics) { $0.refusalReplies })
      }
      if !all.errors.isEmpty {
        parts.append(list("error", all.errors, arm.statistics) { $0.errors })
      }
      parts.append(list("reply", all.replies, arm.statistics) { $0.replies })
    }
    return parts.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n")
  }

  private static let figures: [TextTable.Column] = [
    .number("episodes", decimals: 0), .number("success, %", decimals: 1),
    .number("reward", decimals: 3), .number("turns", decimals: 1),
    .number("tokens", decimals: 0), .number("refused, %", decimals: 1),
  ]

  private static func cells(_ tally: EpisodeTally) -> [TextTable.Cell] {
    let count = Double(max(1, tally.episodes))
    return [
      .integer(tally.episodes), .number(tally.success.map { 100 * $0 }), .number(tally.meanReward),
      .number(tally.meanTurns), .number(tally.tokens > 0 ? Double(tally.tokens) / count : nil),
      .number(tally.turns > 0 ? 100 * tally.refusedShare : nil),
    ]
  }

  /// The shares of the endings.
  private static func endings(_ tally: EpisodeTally) -> TextTable.Cell {
    .text(
      tally.endings.all.map {
        "\($0.word) \(String(format: "%.0f %%", 100 * tally.share(endingIn: $0.word)))"
      }.joined(separator: ", "))
  }

  private var groups: String {
    let names: [TextTable.Column] = arms.count > 1 ? [.text("estimator")] : []
    var table = TextTable(
      names + [.text("purpose"), .text("split")] + Self.figures + [.text("endings")])
    for arm in arms {
      for group in arm.statistics.groups {
        table.append(
          (arms.count > 1 ? [.text(arm.name)] : [])
            + [.text(group.purpose.rawValue), .text(group.split)] + Self.cells(group.tally)
            + [Self.endings(group.tally)])
      }
    }
    return table.rendered(width: width)
  }

  private func updates(_ statistics: RunStatistics) -> String {
    var table = TextTable([.text("updates")] + Self.figures + [.text("endings")])
    for range in statistics.updates {
      let title = range.first == range.last ? "\(range.first)" : "\(range.first) to \(range.last)"
      table.append([.text(title)] + Self.cells(range.tally) + [Self.endings(range.tally)])
    }
    return table.rendered(width: width)
  }

  private func outcomes(_ statistics: RunStatistics) -> String {
    var table = TextTable([.text("outcome")] + Self.figures + [.text("endings")])
    for (name, tally) in [("succeeded", statistics.succeeded), ("failed", statistics.failed)]
    where tally.episodes > 0 {
      table.append([.text(name)] + Self.cells(tally) + [Self.endings(tally)])
    }
    return table.rows.isEmpty ? "" : table.rendered(width: width)
  }

  private func tools(_ tally: EpisodeTally) -> String {
    var table = TextTable([
      .text("tool"), .number("calls", decimals: 0), .number("share, %", decimals: 1),
      .number("refused, %", decimals: 1),
    ])
    let total = Double(max(1, tally.calls.total))
    for (tool, count) in tally.calls.all.prefix(max(limit, 20)) {
      table.append([
        .text(tool), .integer(count), .number(100 * Double(count) / total),
        .number(100 * Double(tally.refusals[tool]) / Double(count)),
      ])
    }
    return table.rendered(width: width)
  }

  /// A table of the most frequent words of a kind, with their mean count per successful and failed episode.
  private func list(
    _ title: String, _ words: FrequentWords, _ statistics: RunStatistics,
    _ kind: (EpisodeTally) -> FrequentWords
  ) -> String {
    func each(_ word: String, _ tally: EpisodeTally) -> Double? {
      tally.episodes > 0 ? Double(kind(tally)[word]) / Double(tally.episodes) : nil
    }
    var table = TextTable([
      .number("count", decimals: 0), .number("per success", decimals: 2),
      .number("per failure", decimals: 2), .text(title),
    ])
    let all = words.all
    for (word, count) in all.prefix(limit) {
      table.append([
        .integer(count), .number(each(word, statistics.succeeded)),
        .number(each(word, statistics.failed)), .text(word),
      ])
    }
    let more = all.count - limit
    return table.rendered(width: width)
      + (more > 0 ? "\(more) more kinds; --limit N lists more\n" : "")
      + (words.isApproximate ? "rare kinds were dropped, so counts are lower bounds\n" : "")
  }
}
