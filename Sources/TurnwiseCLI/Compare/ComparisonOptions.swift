internal import Foundation
internal import Turnwise

/// The options of a comparison.
struct ComparisonOptions {
  /// The training options of its runs, with the first seed.
  var training: RunConfiguration
  /// The estimators by their canonical names, the control first.
  var estimators: [String]
  /// The number of seeds.
  var seeds: Int
  /// A held-out score; the results say when it was reached.
  var threshold: Double?

  /// The key of the number of seeds in `run.json`.
  static let seedsKey = "seeds"
  /// The key of the success in `run.json`.
  static let thresholdKey = "threshold"

  init(
    _ training: RunConfiguration, estimators: [String], seeds: Int, threshold: Double?
  ) {
    (self.training, self.estimators) = (training, estimators)
    (self.seeds, self.threshold) = (seeds, threshold)
    self.training.credit = estimators.joined(separator: ",")
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
      run.configuration, estimators: try ProcessName.split(run.configuration.credit), seeds: seeds,
      threshold: try file.threshold)
  }

  /// What `run.json` contains in addition to the options of training.
  var others: [String: JSONValue] {
    var others: [String: JSONValue] = [Self.seedsKey: .integer(seeds)]
    others[Self.thresholdKey] = threshold.map(JSONValue.number)
    return others
  }

  /// One run of a comparison.
  struct Arm {
    var estimator: String
    var configuration: RunConfiguration
    var layout: TraceLayout

    /// The name of the run in notes.
    var title: String { "seed \(configuration.seed.value) \(estimator)" }
  }

  /// Returns the runs in the folder of the comparison, by seed.
  func arms(in layout: TraceLayout) -> [[Arm]] {
    (0..<seeds).map { number in
      var configuration = training
      configuration.seed = HexSeed(training.seed.value &+ UInt64(number))
      return estimators.map { estimator in
        configuration.credit = estimator
        let name = ComparisonResult.folder(estimator, seed: configuration.seed.value)
        return Arm(
          estimator: estimator, configuration: configuration,
          layout: TraceLayout(
            layout.folder.appending(path: name, directoryHint: .isDirectory)))
      }
    }
  }
}
