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
    var (planned, estimators) = (0, [String]())
    if case .integer(let seeds)? = run.configuration[ComparisonOptions.seedsKey] { planned = seeds }
    if case .string(let credit)? = run.configuration["credit"] {
      estimators = (try? ProcessName.split(credit)) ?? []
    }
    var found: [(seed: HexSeed, place: Int, estimator: String, curve: FoundCurve)] = []
    for folder in layout.runs() {
      let part = TraceLayout(folder)
      guard let run = try? part.readRun(), run.command == "compare",
        case .string(let estimator)? = run.configuration["credit"],
        let seed = try? run.configuration["seed"]?.decode(HexSeed.self),
        let curve = FoundCurve(part)
      else { continue }
      // A copied folder would count twice.
      guard !found.contains(where: { $0.estimator == estimator && $0.seed == seed }) else {
        continue
      }
      let place = estimators.firstIndex(of: estimator) ?? estimators.count
      found.append((seed, place, estimator, curve))
    }
    guard !found.isEmpty else { return nil }
    found.sort { ($0.seed.value, $0.place, $0.estimator) < ($1.seed.value, $1.place, $1.estimator) }
    self.init(
      environment: run.environment, plannedSeeds: max(planned, Set(found.map(\.seed)).count))
    for (seed, _, estimator, curve) in found {
      add(estimator, seed: seed, curve.curve, seconds: curve.seconds)
    }
    let names = Set(found.map(\.estimator)).count
    guard keepCompleteSeeds(estimators: max(names, estimators.count)) else { return nil }
  }
}

/// The learning curve of a run that has ended, computed from its metrics.
private struct FoundCurve {
  var curve = EvaluationCurve()
  var seconds = 0.0

  /// Reads the metrics of a run.
  ///
  /// - Returns: `nil` if the run has not ended, or its metrics are not valid metrics of a training.
  init?(_ layout: TraceLayout) {
    guard var reader = try? RecordReader<MetricsRecord>(layout.metrics) else { return nil }
    var turns = 0
    while let record = reader.next() {
      seconds += record.seconds
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
