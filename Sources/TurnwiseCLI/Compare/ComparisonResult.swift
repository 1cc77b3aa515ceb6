internal import Foundation
internal import Turnwise
internal import TurnwiseTrace

/// The learning curves of a comparison, and its results.
struct ComparisonResult {
  private let environment: String
  private var runs: [(estimator: String, seed: HexSeed, curve: EvaluationCurve, seconds: Double)] =
    []
  /// The number of seeds if nothing stops the comparison.
  let plannedSeeds: Int

  init(environment: String, plannedSeeds: Int) {
    (self.environment, self.plannedSeeds) = (environment, plannedSeeds)
  }

  mutating func add(
    _ estimator: String, seed: HexSeed, _ curve: EvaluationCurve, seconds: Double
  ) {
    runs.append((estimator, seed, curve, seconds))
  }

  /// Returns the results so far: the seeds that are complete, and the names of all runs.
  func finished(of estimators: Int) -> ComparisonResult {
    var result = self
    _ = result.keepCompleteSeeds(estimators: estimators)
    return result
  }

  /// Removes seeds that some of the estimators were not trained with.
  ///
  /// - Returns: Whether any seed is left.
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

  /// One row for each estimator, with its difference from the first one.
  struct Answer: Codable {
    struct Row: Codable {
      var estimator: String
      var start: SeedSummary
      var startGreedy: SeedSummary
      var final: SeedSummary
      var finalGreedy: SeedSummary
      /// The area under the learning curve up to the budget; `nil` if there are too few
      /// evaluations.
      var area: SeedSummary?
      /// The turns until the threshold, if one was named.
      var threshold: ThresholdSummary?
      var families: [String: Double]
      var turns: Double
      var timing: Timing
    }

    /// The numbers that differ between equal comparisons.
    struct Timing: Codable { var seconds: Double }

    struct Difference: Codable {
      var estimator: String
      var against: String
      /// Held-out success at the budget, or at the end if there are too few evaluations.
      var final: PairedComparison
      var area: PairedComparison?
    }

    var environment: String
    var seeds: [HexSeed]
    /// The number of planned seeds, more than `seeds` if the comparison goes on or was stopped.
    var plannedSeeds: Int
    /// Whether seeds are missing.
    var isPartial: Bool
    /// The folders in `trace` of the runs that have ended.
    var endedRuns: [String]
    /// The turns that every run has spent.
    var budget: Int
    /// The smallest number of evaluations of a run; areas need ``LearningCurve/leastEvaluations``.
    var evaluations: Int
    var results: [Row]
    var differences: [Difference]
    var trace: String
    /// A folder in `trace` that holds one run.
    var firstRun: String
  }

  /// Returns the name of the folder of a run within that of the comparison.
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
