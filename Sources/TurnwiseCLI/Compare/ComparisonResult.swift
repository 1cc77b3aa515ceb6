internal import Foundation
internal import Turnwise
internal import TurnwiseTrace

/// The learning curves of a comparison, and the results computed from them.
struct ComparisonResult {
  private let environment: String
  private var runs: [(estimator: String, seed: HexSeed, curve: EvaluationCurve, seconds: Double)] =
    []
  /// The number of seeds of the complete comparison.
  let plannedSeeds: Int

  init(environment: String, plannedSeeds: Int) {
    (self.environment, self.plannedSeeds) = (environment, plannedSeeds)
  }

  mutating func add(
    _ estimator: String, seed: HexSeed, _ curve: EvaluationCurve, seconds: Double
  ) {
    runs.append((estimator, seed, curve, seconds))
  }

  /// Returns the results of the seeds that are complete, with the names of all runs that have ended.
  func finished(of estimators: Int) -> ComparisonResult {
    var result = self
    _ = result.keepCompleteSeeds(estimators: estimators)
    return result
  }

  /// Removes the seeds that were not trained with all of a number of estimators.
  ///
  /// - Returns: Whether any seeds are left.
  mutating func keepCompleteSeeds(estimators: Int) -> Bool {
    let counts = Dictionary(grouping: runs, by: \.seed).mapValues(\.count)
    names = runs.map { Self.folder($0.estimator, seed: $0.seed.value) }
    runs.removeAll { counts[$0.seed] != estimators }
    return !runs.isEmpty
  }

  /// The folders of the runs that have ended, including those of incomplete seeds.
  private var names: [String]?
  private var endedRuns: [String] {
    names ?? runs.map { Self.folder($0.estimator, seed: $0.seed.value) }
  }

  /// One row for each estimator, and its difference from the first one.
  struct Answer: Codable {
    struct Row: Codable {
      var estimator: String
      var start: SeedSummary
      var startGreedy: SeedSummary
      var final: SeedSummary
      var finalGreedy: SeedSummary
      /// The area under the learning curve up to the budget; `nil` if there are too few evaluations.
      var area: SeedSummary?
      /// The turns until the threshold, if one was given.
      var threshold: ThresholdSummary?
      var families: [String: Double]
      var turns: Double
      var timing: Timing
    }

    /// Measured times, which differ between otherwise equal comparisons.
    struct Timing: Codable { var seconds: Double }

    struct Difference: Codable {
      var estimator: String
      var against: String
      /// Held-out score at the budget, or at the end if there are too few evaluations.
      var final: PairedComparison
      var area: PairedComparison?
    }

    var environment: String
    /// What the scores are: `success` or `return`.
    var measure: String
    var seeds: [HexSeed]
    /// The planned number of seeds, which is larger than that of `seeds` if the comparison is not complete.
    var plannedSeeds: Int
    /// Whether seeds are missing.
    var isPartial: Bool
    /// The folders in `trace` of the runs that have ended.
    var endedRuns: [String]
    /// The smallest number of turns of a run: all runs have spent as many.
    var budget: Int
    /// The smallest number of evaluations of a run; areas need ``LearningCurve/leastEvaluations``.
    var evaluations: Int
    var results: [Row]
    var differences: [Difference]
    var trace: String
    /// The folder in `trace` of the first run.
    var firstRun: String
  }

  /// Returns the name of a run's folder in that of the comparison.
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
      curves(name).map { $0.final?.sampled.score ?? .nan }
    }
    func learning(_ name: String) -> [LearningCurve] {
      curves(name).map { curve in
        LearningCurve(curve.points.map { .init(turns: $0.turns, value: $0.sampled.score) })
      }
    }
    func areas(_ name: String) -> [Double] {
      learning(name).map { $0.area(budget: max(1, budget)) }
    }
    let evaluations = runs.map(\.curve.points.count).min() ?? 0
    let isDense = evaluations >= LearningCurve.leastEvaluations
    // Runs end after whole updates, so some have spent more turns than others.
    func atBudget(_ name: String) -> [Double] {
      isDense ? learning(name).map { $0.value(at: budget) } : finals(name)
    }
    let rows = names.map { name in
      let all = curves(name)
      let families = Set(all.flatMap { ($0.final?.sampled.families ?? [:]).keys })
      return Answer.Row(
        estimator: name,
        start: SeedSummary(all.map { $0.start?.sampled.score ?? .nan }),
        startGreedy: SeedSummary(all.map { $0.start?.greedy?.score ?? .nan }),
        final: SeedSummary(finals(name)),
        finalGreedy: SeedSummary(all.map { $0.final?.greedy?.score ?? .nan }),
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
      measure: runs.first?.curve.start?.sampled.scoreName ?? Judgement.Measure.success.rawValue,
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
  /// Writes `results.json`.
  ///
  /// - Throws: A ``TraceError``.
  func write(to layout: TraceLayout) throws {
    do {
      try DurableFile.replace(layout.results, with: JSON.encode(self, pretty: true))
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: layout.results.relativePath)
    }
  }
}
