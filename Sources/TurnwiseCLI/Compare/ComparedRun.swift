internal import Turnwise

/// A run of a comparison that has ended.
struct ComparedRun {
  var variant: ComparisonVariant
  var seed: HexSeed
  /// The name of its folder in that of the comparison.
  var folder: String
  var curve: EvaluationCurve
  var figures: TrainingFigures
}

/// What the metrics of a run add up to.
struct TrainingFigures: Equatable {
  /// The wall-clock seconds of all stages.
  var seconds = 0.0
  /// The number of updates.
  var updates = 0
  /// The sampled tokens with credit other than 0, which is how much the policy was told; `nil` if the run did
  /// not count them.
  var creditedTokens: Double?
  private var rewards: [Double] = []

  /// The mean reward of the training episodes over all updates.
  var trainingReward: Double { rewards.isEmpty ? .nan : rewards.mean }

  init() {}

  /// Reads the metrics of a run.
  ///
  /// - Throws: A ``TraceError``.
  init(_ layout: TraceLayout) throws {
    var reader = try RecordReader<MetricsRecord>(layout.metrics)
    while let record = reader.next() { add(record) }
  }

  /// Adds a record of metrics.
  mutating func add(_ record: MetricsRecord) {
    seconds += (record.timing ?? [:]).filter { $0.key.hasPrefix("seconds/") }.map(\.value.value)
      .filter(\.isFinite).reduce(0, +)
    if let reward = record.metrics["train/reward"]?.value, reward.isFinite {
      rewards.append(reward)
      updates += 1
    }
    if let tokens = record.metrics["policy/credited_tokens"]?.value, tokens.isFinite {
      creditedTokens = (creditedTokens ?? 0) + tokens
    }
  }
}
