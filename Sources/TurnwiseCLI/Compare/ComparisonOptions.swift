internal import Foundation
internal import Turnwise

/// The options of a comparison.
struct ComparisonOptions {
  /// The training options of its runs, with the first seed.
  var training: RunConfiguration
  /// The estimators by their canonical names, the control first.
  var estimators: [String]
  /// The batches that each estimator is trained with.
  var batches: [UpdateBatch]
  /// The step sizes that each estimator is trained with.
  var learningRates: [Double]
  /// The number of seeds.
  var seeds: Int
  /// A held-out score; the results say when it was reached.
  var threshold: Double?

  /// The key of the number of seeds in `run.json`.
  static let seedsKey = "seeds"
  /// The key of the score in `run.json`.
  static let thresholdKey = "threshold"
  /// The key of several batches in `run.json`.
  static let batchesKey = "batches"
  /// The key of several step sizes in `run.json`.
  static let learningRatesKey = "learningRates"
  /// What is expected of a list of batches.
  static let batchesExpected = "a list of GROUPSxSIZE, such as 1x4,8x8"
  /// What is expected of a list of step sizes.
  static let learningRatesExpected =
    "a list of different numbers of at least 0, such as 0.001,0.002"

  /// - Parameters:
  ///   - training: The training options of all runs.
  ///   - estimators: The estimators, the control first.
  ///   - batches: The batches to compare; empty for that of the training options.
  ///   - learningRates: The step sizes to compare; empty for that of the training options.
  ///   - seeds: The number of seeds.
  ///   - threshold: The score of interest.
  init(
    _ training: RunConfiguration, estimators: [String], batches: [UpdateBatch] = [],
    learningRates: [Double] = [], seeds: Int, threshold: Double?
  ) {
    (self.training, self.estimators) = (training, estimators)
    (self.seeds, self.threshold) = (seeds, threshold)
    self.training.credit = estimators.joined(separator: ",")
    // The first of each is the one that the recorded options contain.
    if let first = batches.first {
      (self.training.budget.groups, self.training.budget.groupSize) = (
        first.groups, first.groupSize
      )
    }
    if let first = learningRates.first { self.training.optimizer.learningRate = first }
    let budget = self.training.budget
    self.batches =
      batches.isEmpty
      ? [UpdateBatch(groups: budget.groups, groupSize: budget.groupSize)] : batches
    self.learningRates =
      learningRates.isEmpty ? [self.training.optimizer.learningRate] : learningRates
  }

  /// Reads a list of batches, such as `1x4,8x8`; nil if it is not one.
  static func batches(_ text: String) -> [UpdateBatch]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let batches = parts.compactMap { UpdateBatch(String($0)) }
    return batches.count == parts.count && Set(batches).count == batches.count ? batches : nil
  }

  /// Reads a list of step sizes, such as `0.001,0.002`; nil if it is not one.
  static func learningRates(_ text: String) -> [Double]? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let rates = parts.compactMap { Double(String($0)) }.filter(NonNegative.allows)
    return rates.count == parts.count && Set(rates).count == rates.count ? rates : nil
  }

  /// What the runs of each seed differ in, the control first.
  var variants: [ComparisonVariant] {
    ComparisonVariant.all(estimators, batches, learningRates: learningRates)
  }

  /// Reads the options from `run.json` of a comparison.
  ///
  /// - Throws: A ``UsageError`` if the record is that of one run of a comparison.
  init(of run: ResumedRun) throws {
    let file = try OptionFile(of: run.record, path: run.layout.run.relativePath)
    guard let seeds = try file.seeds else {
      throw UsageError.partOfComparison(run.layout.folder.relativePath)
    }
    self.init(
      run.configuration, estimators: try ProcessName.split(run.configuration.credit),
      batches: try file.batches, learningRates: try file.learningRates, seeds: seeds,
      threshold: try file.threshold)
  }

  /// The other axes of the comparison in words, such as ` × 2 batches`.
  var axes: String {
    let counts = [(batches.count, "batches"), (learningRates.count, "step sizes")]
    return counts.filter { $0.0 > 1 }.map { " × \($0.0) \($0.1)" }.joined()
  }

  /// What `run.json` contains in addition to the options of training.
  var others: [String: JSONValue] {
    var others: [String: JSONValue] = [Self.seedsKey: .integer(seeds)]
    others[Self.thresholdKey] = threshold.map(JSONValue.number)
    if batches.count > 1 {
      others[Self.batchesKey] = .string(batches.map(\.description).joined(separator: ","))
    }
    if learningRates.count > 1 {
      others[Self.learningRatesKey] = .string(
        learningRates.map { String($0) }.joined(separator: ","))
    }
    return others
  }

  /// One run of a comparison.
  struct Arm {
    var variant: ComparisonVariant
    /// The variant in notes.
    var name: String
    var configuration: RunConfiguration
    var layout: TraceLayout

    /// The name of the run in notes.
    var title: String { "seed \(configuration.seed.value) \(name)" }
  }

  /// Returns the runs in the folder of the comparison, by seed.
  func arms(in layout: TraceLayout) -> [[Arm]] {
    let axes = ComparisonAxes(variants)
    return (0..<seeds).map { number in
      variants.map { variant in
        var configuration = variant.configuration(over: training)
        configuration.seed = HexSeed(training.seed.value &+ UInt64(number))
        let folder = axes.folder(variant, seed: configuration.seed.value)
        return Arm(
          variant: variant, name: variant.name(varying: axes), configuration: configuration,
          layout: TraceLayout(
            layout.folder.appending(path: folder, directoryHint: .isDirectory)))
      }
    }
  }
}
