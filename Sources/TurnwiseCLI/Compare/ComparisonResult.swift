internal import Foundation
internal import Turnwise
internal import TurnwiseTrace

/// The learning curves of a comparison, and the results computed from them.
struct ComparisonResult {
  private let environment: String
  private var runs: [ComparedRun] = []
  /// The number of seeds of the complete comparison.
  let plannedSeeds: Int

  init(environment: String, plannedSeeds: Int) {
    (self.environment, self.plannedSeeds) = (environment, plannedSeeds)
  }

  mutating func add(_ run: ComparedRun) { runs.append(run) }

  /// Returns the results of the seeds that are complete, with the names of all runs that have ended.
  func finished(of variants: Int) -> ComparisonResult {
    var result = self
    _ = result.keepCompleteSeeds(variants: variants)
    return result
  }

  /// Removes the seeds that were not trained with all of a number of variants.
  ///
  /// - Returns: Whether any seeds are left.
  mutating func keepCompleteSeeds(variants: Int) -> Bool {
    let counts = Dictionary(grouping: runs, by: \.seed).mapValues(\.count)
    names = folders
    runs.removeAll { counts[$0.seed] != variants }
    return !runs.isEmpty
  }

  /// The folders of the runs that have ended, including those of incomplete seeds.
  private var names: [String]?
  private var endedRuns: [String] { names ?? folders }
  private var folders: [String] { runs.map(\.folder) }

  /// One row for each estimator and batch, and its difference from the first estimator.
  struct Answer: Codable {
    struct Row: Codable {
      var estimator: String
      /// The episodes of an update, if there are several batches.
      var batch: String?
      /// The step size with the highest training reward, if several were tried.
      var learningRate: Double?
      /// The step sizes that were tried, if there are several.
      var trials: [Trial]?
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
      /// The mean number of updates.
      var updates: Double
      /// The mean number of sampled tokens with credit other than 0: how much the policy was told.
      var creditedTokens: Double?
      var timing: Timing

      /// The estimator, and the batch if there are several.
      var name: String { ([estimator] + (batch.map { [$0] } ?? [])).joined(separator: " ") }
    }

    /// What training with one step size gave.
    struct Trial: Codable {
      var learningRate: Double
      /// The mean reward of all training episodes, by which the step size is chosen.
      var trainingReward: Double
      /// The mean held-out score at the end.
      var final: Double
      /// The turns that training spent, over all seeds.
      var turns: Int
    }

    /// Measured times, which differ between otherwise equal comparisons.
    struct Timing: Codable { var seconds: Double }

    struct Difference: Codable {
      var estimator: String
      var against: String
      /// The episodes of an update, if there are several batches.
      var batch: String?
      /// The episodes of an update of the other estimator, if each has its own best batch.
      var batchAgainst: String?
      /// Held-out score at the budget, or at the end if there are too few evaluations.
      var final: PairedComparison
      var area: PairedComparison?
      /// The level that the mean curve of the control has at the budget; `nil` if there are too few
      /// evaluations.
      var level: Double?
      /// The turns after which the mean curve first reaches ``level``, divided by those of the control.
      ///
      /// It is `nil` if the curve does not reach it within the budget, or if one of them starts there.
      var shareOfTurns: Double?
      /// The probability of a mean difference of this size between equally good estimators.
      ///
      /// It is that of the area, or of the score at the end without one, and is corrected for the number of
      /// differences in the comparison (Holm 1979); `nil` below five seeds.
      var correctedPValue: Double?
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
    /// The differences of estimators with their own best batches, chosen by the reward of training episodes;
    /// empty if there is one batch.
    var bestDifferences: [Difference]
    var trace: String
    /// The folder in `trace` of the first run.
    var firstRun: String
  }

  func answer(trace: String, threshold: Double? = nil) -> Answer {
    ComparisonAnalysis(runs, threshold: threshold).answer(
      environment: environment, plannedSeeds: plannedSeeds, endedRuns: endedRuns, trace: trace)
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
