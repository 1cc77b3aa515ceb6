internal import Foundation
internal import Turnwise

extension ComparisonResult.Answer {
  /// Returns the tables that `turnwise compare` prints.
  func text(width: Int) -> String {
    let percent = { (value: Double) in TextTable.Cell.number(100 * value) }
    func interval(_ summary: SeedSummary?) -> TextTable.Cell {
      .interval(summary?.interval.map { Interval(low: 100 * $0.low, high: 100 * $0.high) })
    }
    let hasRates = results.contains { $0.learningRate != nil }
    var table = TextTable(
      [.text("estimator")] + (hasRates ? [.text("step")] : []) + [
        .number("start", decimals: 1).droppable(6),
        .number("final", decimals: 1), .number("95 % interval", decimals: 1),
        .number("greedy", decimals: 1).droppable(5), .number("area", decimals: 1),
        .number("95 % interval", decimals: 1).droppable(7),
        .number("turns", decimals: 0).droppable(4), .number("updates", decimals: 0).droppable(3),
        .number("credited tokens", decimals: 0).droppable(1),
        .number("seconds", decimals: 0).droppable(2),
      ])
    for row in results {
      let rate = row.learningRate.map { [TextTable.Cell.text(String(format: "%g", $0))] } ?? []
      table.append(
        [.text(row.name)] + rate + [
          percent(row.start.mean), percent(row.final.mean), interval(row.final),
          percent(row.finalGreedy.mean), .number(row.area.map { 100 * $0.mean }),
          interval(row.area), .number(row.turns), .number(row.updates),
          .number(row.creditedTokens), .number(row.timing.seconds),
        ])
    }
    var text = """
      held-out \(measure) in %, mean over \(Words.count(seeds.count, "seed")) (sampled, except in the column greedy)

      \(table.rendered(width: width))
      """
    if results.first?.area == nil {
      text += """

        no area: it needs \(LearningCurve.leastEvaluations) evaluations of each run, but there are \
        \(evaluations); evaluate more often (--evaluation-every or --evaluation-turns), or raise --turns
        """
    }
    if hasRates { text += "\n" + trials }
    if let threshold = results.first?.threshold?.threshold { text += "\n" + turns(to: threshold) }
    let families = Set(results.flatMap(\.families.keys)).sorted()
    if families.count > 1 {
      var table = TextTable(
        [.text("final, by family")] + results.map { .number($0.name, decimals: 1) })
      for family in families {
        table.append(
          [.text(family)] + results.map { .number($0.families[family].map { 100 * $0 }) })
      }
      text += "\n" + table.rendered(width: width)
    }
    for difference in differences { text += "\n" + sentence(difference) }
    if isDense { text += findings }
    if !bestDifferences.isEmpty {
      text += "\neach with the batch that had the highest mean reward of training episodes:"
      for difference in bestDifferences {
        text += "\n  " + sentence(difference)
        if isDense { text += "; it needs \(need(difference))" }
      }
    }
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

  /// Says what the comparison has found about learning speed, a sentence for each batch.
  private var findings: String {
    var text = ""
    for batch in Set(differences.map(\.batch)).sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
      let own = differences.filter { $0.batch == batch }
      guard let control = own.first?.against,
        let row = results.first(where: { $0.estimator == control && $0.batch == batch })
      else { continue }
      let words = own.map { "\($0.estimator) needs \(need($0))" }
      let level = String(format: "%.1f %%", 100 * (own[0].level ?? row.final.mean))
      text +=
        "\nto reach \(level), where \(row.name) is at the budget: " + words.joined(separator: ", ")
        + ", compared with \(row.name)"
    }
    return differences.isEmpty ? "" : text + "\n" + verdict
  }

  /// Says how many turns an estimator needs of those of the other one.
  private func need(_ difference: Difference) -> String {
    difference.shareOfTurns.map { String(format: "%.0f %% of the turns", 100 * $0) }
      ?? "more than the budget"
  }

  /// Says which estimators can be told from the first one.
  private var verdict: String {
    let areas = differences.compactMap { difference in difference.area.map { (difference, $0) } }
    func names(_ isClear: (PairedComparison) -> Bool?) -> String {
      areas.filter { isClear($0.1) == true && ($0.0.correctedPValue ?? 1) < 0.05 }
        .map { ([$0.0.estimator] + ($0.0.batch.map { [$0] } ?? [])).joined(separator: " ") }
        .joined(separator: ", ")
    }
    guard seeds.count >= SeedSummary.smallestReplication else {
      return "so few seeds cannot tell whether these differences are more than chance"
    }
    let control = areas[0].0.against
    let (faster, slower) = (names(\.isClearImprovement), names(\.isClearDecline))
    return [
      faster.isEmpty ? nil : "learns clearly faster than \(control): \(faster)",
      slower.isEmpty ? nil : "learns clearly slower than \(control): \(slower)",
      faster.isEmpty && slower.isEmpty
        ? "none learns clearly faster or slower than \(control)" : nil,
    ].compactMap(\.self).joined(separator: "; ")
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
        "\(title): \(row.name) \(word(summary.median))"
        + (isReplicated ? " [\(word(summary.low)), \(word(summary.high))]" : "")
        + ", reached by \(summary.reached) of \(Words.count(summary.turns.count, "seed"))\n"
    }
    return text
  }

  /// Says how step sizes were chosen, and what was spent on the choice.
  private var trials: String {
    let rates = (results.first?.trials ?? []).map { String(format: "%g", $0.learningRate) }
    let turns = results.flatMap { $0.trials ?? [] }.reduce(0) { $0 + $1.turns }
    var text = """
      step: of \(rates.joined(separator: ", ")) the one with the highest mean reward of training episodes; \
      all of them together took \(turns) turns
      """
    for row in results {
      let trials = (row.trials ?? []).map {
        String(format: "%g: %.3f", $0.learningRate, $0.trainingReward)
      }
      text += "\n  \(row.name)  \(trials.joined(separator: "  "))"
    }
    return text + "\n"
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
      guard var more = comparison.isClearImprovement, var less = comparison.isClearDecline else {
        return ""
      }
      // One of several differences is likely to look clear by chance.
      let isCorrected = (difference.correctedPValue ?? 1) < 0.05
      (more, less) = (more && isCorrected, less && isCorrected)
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
    let batch = difference.batch.map { " \($0)" } ?? ""
    let other = difference.batchAgainst.map { " \($0)" } ?? batch
    return
      "\(difference.estimator)\(batch) minus \(difference.against)\(other): \(end) \(points(difference.final))\(area)"
  }

  private var isDense: Bool { evaluations >= LearningCurve.leastEvaluations }
}
