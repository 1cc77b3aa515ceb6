internal import Foundation
internal import Turnwise

/// What differs between the runs of one seed of a comparison.
struct ComparisonVariant: Codable, Hashable {
  /// The estimator by its canonical name.
  var estimator: String
  /// The episodes of an update.
  var batch: UpdateBatch
  /// The step size of the policy.
  var learningRate: Double

  /// Reads the variant that a run was trained with from the configuration in its `run.json`.
  ///
  /// Version 1 of the format records no groups of options: its runs have one batch and one step size.
  init?(recordedIn configuration: JSONValue) {
    guard case .string(let estimator)? = configuration["credit"] else { return nil }
    func number(_ group: String, _ name: String) -> Double {
      (try? configuration[group]?[name]?.decode(Double.self)) ?? 0
    }
    self.init(
      estimator,
      UpdateBatch(
        groups: Int(number("budget", "groups")), groupSize: Int(number("budget", "groupSize"))),
      learningRate: number("optimizer", "learningRate"))
  }

  init(_ estimator: String, _ batch: UpdateBatch, learningRate: Double) {
    (self.estimator, self.batch, self.learningRate) = (estimator, batch, learningRate)
  }

  /// Returns the variants of a comparison in the order in which they are run: by batch and step size, the
  /// control first.
  static func all(
    _ estimators: [String], _ batches: [UpdateBatch], learningRates: [Double]
  ) -> [ComparisonVariant] {
    batches.flatMap { batch in
      learningRates.flatMap { rate in
        estimators.map { ComparisonVariant($0, batch, learningRate: rate) }
      }
    }
  }

  /// Returns the options of a run.
  func configuration(over base: RunConfiguration) -> RunConfiguration {
    var configuration = base
    configuration.credit = estimator
    configuration.budget.groups = batch.groups
    configuration.budget.groupSize = batch.groupSize
    configuration.optimizer.learningRate = learningRate
    return configuration
  }

  /// Returns the name of a run in notes, with what several runs of the comparison differ in.
  func name(varying axes: ComparisonAxes) -> String {
    ([estimator] + axes.words(self)).joined(separator: " ")
  }
}

/// The episodes of an update: `2x8` are 2 scenarios with 8 episodes each.
struct UpdateBatch: Codable, Hashable, LosslessStringConvertible {
  var groups: Int
  var groupSize: Int

  init(groups: Int, groupSize: Int) { (self.groups, self.groupSize) = (groups, groupSize) }

  init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let groups = parts[0], let size = parts[1],
      1...Self.most ~= groups, 2...Self.most ~= size
    else { return nil }
    self.init(groups: groups, groupSize: size)
  }

  var description: String { "\(groups)x\(groupSize)" }
  private static var most: Int { CountLimit.kept.value }
}

/// What the variants of a comparison differ in, apart from the estimator.
struct ComparisonAxes {
  var hasBatches: Bool
  var hasRates: Bool

  init(_ variants: some Sequence<ComparisonVariant>) {
    hasBatches = Set(variants.map(\.batch)).count > 1
    hasRates = Set(variants.map(\.learningRate)).count > 1
  }

  /// The batch and the step size of a variant, as far as others differ in them.
  func words(_ variant: ComparisonVariant) -> [String] {
    (hasBatches ? [variant.batch.description] : [])
      + (hasRates ? [String(format: "lr%g", variant.learningRate)] : [])
  }

  /// Returns the name of a run's folder in that of the comparison.
  func folder(_ variant: ComparisonVariant, seed: UInt64) -> String {
    ([RunFolder.word(variant.estimator)] + words(variant) + ["seed\(seed)"])
      .joined(separator: "-")
  }
}
