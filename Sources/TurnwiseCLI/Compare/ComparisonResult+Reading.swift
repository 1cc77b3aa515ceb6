internal import Foundation
internal import Turnwise

extension ComparisonResult {
  /// Computes the results of a comparison, which may be incomplete, from the folders of its runs; `nil` if no
  /// seed is complete.
  ///
  /// - Parameters:
  ///   - run: The description of the comparison.
  ///   - layout: Its folder.
  init?(of run: RunRecord, in layout: TraceLayout) {
    var planned = 0
    if case .integer(let seeds)? = run.configuration[ComparisonOptions.seedsKey] { planned = seeds }
    let variants = Self.plannedVariants(run.configuration)
    var found: [(place: Int, run: ComparedRun)] = []
    for folder in layout.runs() {
      let part = TraceLayout(folder)
      guard let run = try? part.readRun(), run.command == "compare",
        let variant = ComparisonVariant(recordedIn: run.configuration),
        let seed = try? run.configuration["seed"]?.decode(HexSeed.self),
        let curve = FoundCurve(part)
      else { continue }
      // A copied folder would count twice.
      guard !found.contains(where: { $0.run.variant == variant && $0.run.seed == seed }) else {
        continue
      }
      found.append(
        (
          variants.firstIndex(of: variant) ?? variants.count,
          ComparedRun(
            variant: variant, seed: seed, folder: folder.lastPathComponent, curve: curve.curve,
            figures: curve.figures)
        ))
    }
    guard !found.isEmpty else { return nil }
    found.sort {
      ($0.run.seed.value, $0.place, $0.run.variant.estimator)
        < ($1.run.seed.value, $1.place, $1.run.variant.estimator)
    }
    let seeds = Set(found.map(\.run.seed)).count
    self.init(environment: run.environment, plannedSeeds: max(planned, seeds))
    for (_, run) in found { add(run) }
    let known = Set(found.map(\.run.variant)).count
    guard keepCompleteSeeds(variants: max(known, variants.count)) else { return nil }
  }

  /// The variants of the comparison that a configuration describes.
  private static func plannedVariants(_ configuration: JSONValue) -> [ComparisonVariant] {
    guard let own = ComparisonVariant(recordedIn: configuration) else { return [] }
    func list<Element>(_ key: String, _ read: (String) -> [Element]?) -> [Element]? {
      guard case .string(let text)? = configuration[key] else { return nil }
      return read(text)
    }
    let batches = list(ComparisonOptions.batchesKey, ComparisonOptions.batches) ?? [own.batch]
    let rates =
      list(ComparisonOptions.learningRatesKey, ComparisonOptions.learningRates)
      ?? [own.learningRate]
    let estimators = (try? ProcessName.split(own.estimator)) ?? []
    return ComparisonVariant.all(estimators, batches, learningRates: rates)
  }
}

/// The learning curve of a run that has ended, computed from its metrics.
private struct FoundCurve {
  var curve = EvaluationCurve()
  var figures = TrainingFigures()

  /// Reads the metrics of a run.
  ///
  /// - Returns: `nil` if the run has not ended, or its metrics are not valid metrics of a training.
  init?(_ layout: TraceLayout) {
    guard var reader = try? RecordReader<MetricsRecord>(layout.metrics) else { return nil }
    var turns = 0
    while let record = reader.next() {
      figures.add(record)
      guard let sampled = Self.evaluation("evaluation", record) else { continue }
      guard let spent = record.metrics["spent/training_turns"]?.value, spent >= Double(turns),
        spent <= 0x1p53
      else { return nil }
      turns = Int(spent)
      var point: [String: JSONValue] = [
        "update": .integer(record.update), "turns": .integer(turns), "sampled": sampled,
      ]
      point["greedy"] = Self.evaluation("evaluation_greedy", record)
      guard
        let decoded = try? JSONValue.object(point).decode(EvaluationCurve.Point.self)
      else { return nil }
      curve.points.append(decoded)
    }
    // Only the start and the end are also evaluated greedily.
    guard reader.damagedLines == 0, curve.points.count > 1, curve.final?.greedy != nil else {
      return nil
    }
  }

  private static func evaluation(_ prefix: String, _ record: MetricsRecord) -> JSONValue? {
    func number(_ name: String) -> Double? {
      record.metrics["\(prefix)/\(name)"].flatMap { $0.value.isFinite ? $0.value : nil }
    }
    guard let success = number("success"), 0...1 ~= success, let reward = number("reward"),
      let turns = number("turns"), let count = number("episodes"), 0...0x1p53 ~= count
    else { return nil }
    var families: [String: JSONValue] = [:]
    let start = "\(prefix)/family/"
    for (name, share) in record.metrics where name.hasPrefix(start) && 0...1 ~= share.value {
      families[String(name.dropFirst(start.count))] = .number(share.value)
    }
    var evaluation: [String: JSONValue] = [
      "success": .number(success), "reward": .number(reward), "turns": .number(turns),
      "count": .integer(Int(count)), "families": .object(families),
    ]
    if number("score") != nil { evaluation["measure"] = "return" }
    return .object(evaluation)
  }
}
