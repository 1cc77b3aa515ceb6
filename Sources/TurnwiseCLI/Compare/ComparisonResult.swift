internal import Foundation
internal import Turnwise
internal import TurnwiseTrace

/// The learning curves of a comparison, and what they come to.
struct ComparisonResult {
  private let environment: String
  private var runs: [(estimator: String, seed: HexSeed, curve: EvaluationCurve, seconds: Double)] =
    []
  /// How many seeds there are if nothing stops the comparison.
  let plannedSeeds: Int

  init(environment: String, plannedSeeds: Int) {
    (self.environment, self.plannedSeeds) = (environment, plannedSeeds)
  }

  mutating func add(
    _ estimator: String, seed: HexSeed, _ curve: EvaluationCurve, seconds: Double
  ) {
    runs.append((estimator, seed, curve, seconds))
  }

  /// What is known while the comparison goes on: the seeds that are complete, and all runs by name.
  func finished(of estimators: Int) -> ComparisonResult {
    var result = self
    _ = result.keepCompleteSeeds(estimators: estimators)
    return result
  }

  /// Leaves out the seeds that not all of a number of estimators were trained with.
  ///
  /// - Returns: Whether something is left.
  mutating func keepCompleteSeeds(estimators: Int) -> Bool {
    let counts = Dictionary(grouping: runs, by: \.seed).mapValues(\.count)
    names = runs.map { Self.folder($0.estimator, seed: $0.seed.value) }
    runs.removeAll { counts[$0.seed] != estimators }
    return !runs.isEmpty
  }

  /// The folders of the runs that have ended, also of seeds that are not complete.
  private var names: [String]?
  private var endedRuns: [String] {
    names ?? runs.map { Self.folder($0.estimator, seed: $0.seed.value) }
  }

  /// Where the run of a comparison says how many seeds it was to have.
  static let plannedKey = "seeds"

  /// One row for each estimator, and how it differs from the first one.
  struct Answer: Codable {
    struct Row: Codable {
      var estimator: String
      var start: SeedSummary
      var startGreedy: SeedSummary
      var final: SeedSummary
      var finalGreedy: SeedSummary
      /// The area under the learning curve up to the budget; `nil` where there are too few evaluations.
      var area: SeedSummary?
      /// The turns until the threshold, if one was named.
      var threshold: ThresholdSummary?
      var families: [String: Double]
      var turns: Double
      var timing: Timing
    }

    /// What differs between equal comparisons.
    struct Timing: Codable { var seconds: Double }

    struct Difference: Codable {
      var estimator: String
      var against: String
      /// Held-out success at the budget, or at the end where there are too few evaluations.
      var final: PairedComparison
      var area: PairedComparison?
    }

    var environment: String
    var seeds: [HexSeed]
    /// More than `seeds` if the comparison goes on or was stopped.
    var plannedSeeds: Int
    /// Whether seeds are missing.
    var isPartial: Bool
    /// The folders in `trace` of the runs that have ended.
    var endedRuns: [String]
    /// The turns that every run has spent.
    var budget: Int
    /// How many evaluations the run with the fewest has; areas need ``LearningCurve/leastEvaluations``.
    var evaluations: Int
    var results: [Row]
    var differences: [Difference]
    var trace: String
    /// A folder in `trace` that holds one run.
    var firstRun: String
  }

  /// The folder of one run in that of the comparison.
  static func folder(_ estimator: String, seed: UInt64) -> String {
    RunFolder.word(estimator) + "-seed\(seed)"
  }

  func answer(trace: String, threshold: Double? = nil) -> Answer {
    var names: [String] = []
    for run in runs where !names.contains(run.estimator) { names.append(run.estimator) }
    let budget = runs.compactMap(\.curve.final?.turns).min() ?? 0
    func curves(_ name: String) -> [EvaluationCurve] {
      runs.filter { $0.estimator == name }.map(\.curve)
    }
    func finals(_ name: String) -> [Double] {
      curves(name).map { $0.final?.sampled.success ?? .nan }
    }
    func learning(_ name: String) -> [LearningCurve] {
      curves(name).map { curve in
        LearningCurve(curve.points.map { .init(turns: $0.turns, value: $0.sampled.success) })
      }
    }
    func areas(_ name: String) -> [Double] {
      learning(name).map { $0.area(budget: max(1, budget)) }
    }
    let evaluations = runs.map(\.curve.points.count).min() ?? 0
    let isDense = evaluations >= LearningCurve.leastEvaluations
    // Runs end with whole updates, so some have spent more than others.
    func atBudget(_ name: String) -> [Double] {
      isDense ? learning(name).map { $0.value(at: budget) } : finals(name)
    }
    let rows = names.map { name in
      let all = curves(name)
      let families = Set(all.flatMap { ($0.final?.sampled.families ?? [:]).keys })
      return Answer.Row(
        estimator: name,
        start: SeedSummary(all.map { $0.start?.sampled.success ?? .nan }),
        startGreedy: SeedSummary(all.map { $0.start?.greedy?.success ?? .nan }),
        final: SeedSummary(finals(name)),
        finalGreedy: SeedSummary(all.map { $0.final?.greedy?.success ?? .nan }),
        area: isDense ? SeedSummary(areas(name)) : nil,
        threshold: threshold.map { level in
          ThresholdSummary(
            threshold: level, turns: learning(name).map { $0.turns(reaching: level) })
        },
        families: Dictionary(
          uniqueKeysWithValues: families.map { family in
            (family, all.compactMap { $0.final?.sampled.families[family] }.mean)
          }),
        turns: all.map { Double($0.final?.turns ?? 0) }.mean,
        timing: .init(seconds: runs.filter { $0.estimator == name }.map(\.seconds).mean))
    }
    let control = names.first ?? ""
    return Answer(
      environment: environment,
      seeds: runs.filter { $0.estimator == control }.map(\.seed), plannedSeeds: plannedSeeds,
      isPartial: Set(runs.map(\.seed)).count < plannedSeeds, endedRuns: endedRuns, budget: budget,
      evaluations: evaluations, results: rows,
      differences: names.dropFirst().map { name in
        Answer.Difference(
          estimator: name, against: control,
          final: PairedComparison(atBudget(name), atBudget(control)),
          area: isDense ? PairedComparison(areas(name), areas(control)) : nil)
      }, trace: trace,
      firstRun: runs.first.map { Self.folder($0.estimator, seed: $0.seed.value) } ?? "")
  }
}

extension ComparisonResult.Answer {
  /// The tables that `turnwise compare` prints.
  func text(width: Int) -> String {
    let percent = { (value: Double) in TextTable.Cell.number(100 * value) }
    func interval(_ summary: SeedSummary?) -> TextTable.Cell {
      .interval(summary?.interval.map { Interval(low: 100 * $0.low, high: 100 * $0.high) })
    }
    var table = TextTable([
      .text("estimator"), .number("start", decimals: 1), .number("final", decimals: 1),
      .number("95 % interval", decimals: 1), .number("greedy", decimals: 1),
      .number("area", decimals: 1), .number("95 % interval", decimals: 1),
      .number("turns", decimals: 0), .number("seconds", decimals: 0),
    ])
    for row in results {
      table.append([
        .text(row.estimator), percent(row.start.mean), percent(row.final.mean),
        interval(row.final), percent(row.finalGreedy.mean), .number(row.area.map { 100 * $0.mean }),
        interval(row.area), .number(row.turns), .number(row.timing.seconds),
      ])
    }
    var text = """
      held-out success in %, mean over \(Words.count(seeds.count, "seed")) (sampled unless greedy is said)

      \(table.rendered(width: width))
      """
    if results.first?.area == nil {
      text += """

        no area: it takes \(LearningCurve.leastEvaluations) evaluations of each run, and there are \
        \(evaluations); a smaller --evaluation-every, or more --turns, makes more
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

  /// Writes `results.json`.
  ///
  /// - Throws: A ``TraceError``.
  func write(to layout: TraceLayout) throws {
    do {
      try JSON.encode(self, pretty: true).write(to: layout.results, options: .atomic)
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: layout.results.relativePath)
    }
  }

  /// The turns until the threshold, as the middle seed took them.
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
    // One rule for more and for less.
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
    let end = isDense ? "success at \(budget) turns" : "success at the end"
    let area =
      difference.area.map {
        ", area \(points($0)) points" + verdict($0, "area", ("larger", "smaller"))
      }
      ?? " points" + verdict(difference.final, "success", ("higher", "lower"))
    return
      "\(difference.estimator) minus \(difference.against): \(end) \(points(difference.final))\(area)"
  }

  private var isDense: Bool { evaluations >= LearningCurve.leastEvaluations }
}
