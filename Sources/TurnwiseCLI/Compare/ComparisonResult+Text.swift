internal import Foundation
internal import Turnwise

extension ComparisonResult.Answer {
  /// Returns the tables that `turnwise compare` prints.
  func text(width: Int) -> String {
    let percent = { (value: Double) in TextTable.Cell.number(100 * value) }
    func interval(_ summary: SeedSummary?) -> TextTable.Cell {
      .interval(summary?.interval.map { Interval(low: 100 * $0.low, high: 100 * $0.high) })
    }
    var table = TextTable([
      .text("estimator"), .number("start", decimals: 1).droppable(4),
      .number("final", decimals: 1), .number("95 % interval", decimals: 1),
      .number("greedy", decimals: 1).droppable(3), .number("area", decimals: 1),
      .number("95 % interval", decimals: 1).droppable(5),
      .number("turns", decimals: 0).droppable(2), .number("seconds", decimals: 0).droppable(1),
    ])
    for row in results {
      table.append([
        .text(row.estimator), percent(row.start.mean), percent(row.final.mean),
        interval(row.final), percent(row.finalGreedy.mean), .number(row.area.map { 100 * $0.mean }),
        interval(row.area), .number(row.turns), .number(row.timing.seconds),
      ])
    }
    var text = """
      held-out \(measure) in %, mean over \(Words.count(seeds.count, "seed")) (sampled, except in the column greedy)

      \(table.rendered(width: width))
      """
    if results.first?.area == nil {
      text += """

        no area: it needs \(LearningCurve.leastEvaluations) evaluations of each run, but there are \
        \(evaluations); use a smaller --evaluation-every, or more --turns
        """
    }
    if let threshold = results.first?.threshold?.threshold { text += "\n" + turns(to: threshold) }
    let families = Set(results.flatMap(\.families.keys)).sorted()
    if families.count > 1 {
      var table = TextTable(
        [.text("final, by family")] + results.map { .number($0.estimator, decimals: 1) })
      for family in families {
        table.append(
          [.text(family)] + results.map { .number($0.families[family].map { 100 * $0 }) })
      }
      text += "\n" + table.rendered(width: width)
    }
    for difference in differences { text += "\n" + sentence(difference) }
    if seeds.count < plannedSeeds {
      text +=
        "\nstopped early: \(seeds.count) of \(Words.count(plannedSeeds, "seed"))"
        + (seeds.count == 1 ? " is complete." : " are complete.")
    } else if seeds.count < SeedSummary.smallestReplication {
      text +=
        "\n\(Words.count(seeds.count, "seed")) \(seeds.count == 1 ? "is" : "are") too few for intervals:"
        + " with \(SeedSummary.smallestReplication)"
        + " or more (--seeds \(SeedSummary.smallestReplication)) they are printed."
    }
    return text + "\n\ntraces  \(trace)\nread one: \(Program.name) show \(trace)/\(firstRun)"
  }

  /// Returns the median number of turns until the threshold.
  private func turns(to threshold: Double) -> String {
    let title = String(format: "turns to %.1f %%", 100 * threshold)
    var text = ""
    for row in results {
      guard let summary = row.threshold else { continue }
      func word(_ turns: Double?) -> String { turns.map { String(format: "%.0f", $0) } ?? "more" }
      let isReplicated = seeds.count >= SeedSummary.smallestReplication
      text +=
        "\(title): \(row.estimator) \(word(summary.median))"
        + (isReplicated ? " [\(word(summary.low)), \(word(summary.high))]" : "")
        + ", reached by \(summary.reached) of \(Words.count(summary.turns.count, "seed"))\n"
    }
    return text
  }

  private func sentence(_ difference: Difference) -> String {
    func points(_ comparison: PairedComparison) -> String {
      let mean = 100 * comparison.difference.mean
      let interval = comparison.difference.interval.map {
        String(format: " [%+.1f, %+.1f]", 100 * $0.low, 100 * $0.high)
      }
      return String(format: "%+.1f", mean) + (interval ?? "")
    }
    // Improvements and declines are reported by the same rule.
    func verdict(_ comparison: PairedComparison, _ what: String, _ words: (String, String))
      -> String
    {
      guard let more = comparison.isClearImprovement, let less = comparison.isClearDecline else {
        return ""
      }
      return more
        ? "; the \(what) is clearly \(words.0)"
        : less ? "; the \(what) is clearly \(words.1)" : "; the \(what) is not clearly different"
    }
    let end = isDense ? "\(measure) at \(budget) turns" : "\(measure) at the end"
    let area =
      difference.area.map {
        ", area \(points($0)) points" + verdict($0, "area", ("larger", "smaller"))
      }
      ?? " points" + verdict(difference.final, measure, ("higher", "lower"))
    return
      "\(difference.estimator) minus \(difference.against): \(end) \(points(difference.final))\(area)"
  }

  private var isDense: Bool { evaluations >= LearningCurve.leastEvaluations }
}
