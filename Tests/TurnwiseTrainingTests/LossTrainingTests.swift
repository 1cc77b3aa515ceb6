import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTraining

@Suite struct `Training with another loss` {
  /// Two updates of two epochs, so that ratios leave 1.
  private func train(
    workers: Int, _ change: (inout RunConfiguration) -> Void
  ) async throws -> (
    updates: [TrainingUpdate], state: TrainerState, start: WarmStart, gain: Double
  ) {
    let configuration = Tiny.configuration {
      $0.credit = "token"
      $0.epochs = 2
      change(&$0)
    }
    let start = try await Tiny.warmStart(configuration)
    var trainer = try Trainer(Lottery(), from: start, configuration, workers: workers)
    var updates: [TrainingUpdate] = []
    var gain: Double?
    while let update = try await trainer.step() {
      updates.append(update)
      gain = gain ?? self.gain(of: update, trainer.state.policy.model)
    }
    return (updates, trainer.state, start, gain ?? .nan)
  }

  /// By how much an update raised the log-probabilities of tokens, each weighed by its credit.
  private func gain(of update: TrainingUpdate, _ model: Transformer) -> Double {
    let batch = TrainingBatch(update.episodes.map(\.episode))
    let scores = model.score(batch.sequences).map(\.logProbabilities)
    var gain = 0.0
    for (index, owner) in batch.owners.enumerated() {
      let credit = (update.episodes[owner].credit["token"]?.tokens ?? []).joined()
      for (token, credit) in credit.enumerated() where scores[index].indices.contains(token) {
        gain += credit * Double(scores[index][token] - batch.behavior[index][token])
      }
    }
    return gain
  }

  private func check(_ change: (inout RunConfiguration) -> Void) async throws {
    let first = try await train(workers: 1, change)
    #expect(first.updates.count == 2)
    let model = first.state.policy.model
    let (hasMoved, isFinite) = (
      model != first.start.policy.model, model.parameters.allSatisfy { $0.isFinite }
    )
    #expect(hasMoved && isFinite)
    #expect(first.gain > 0, "good tokens became likelier, and bad ones less likely")
    for update in first.updates {
      #expect(try #require(update.metrics["policy/loss"]).isFinite)
      #expect(try #require(update.metrics["policy/gradient_norm"]) > 0)
    }
    let again = try await train(workers: 3, change)
    let isSame = try again.state.saved == first.state.saved
    #expect(isSame)
  }

  @Test(arguments: RatioLevel.allCases, ClipForm.allCases)
  func `moves the policy, the same way each time`(
    ratio: RatioLevel, clip: ClipForm
  ) async throws {
    try await check { ($0.ratio, $0.clip) = (ratio, clip) }
  }

  @Test(arguments: LossAggregation.allCases)
  func `moves the policy with each aggregation`(aggregation: LossAggregation) async throws {
    try await check { $0.aggregation = aggregation }
  }

  @Test(arguments: [ImportanceWeights.Level.token, .turn, .turnMean, .sequence])
  func `moves the policy with importance weights`(level: ImportanceWeights.Level) async throws {
    try await check { ($0.importance, $0.importanceForm) = (level, .mask) }
  }

  @Test func `pays for the pass that weighs tokens, which its own sampler hardly needs`()
    async throws
  {
    let plain = try await train(workers: 2) { $0.updates = 1 }
    let weighed = try await train(workers: 2) { ($0.updates, $0.importance) = (1, .token) }
    let tokens = weighed.updates[0].episodes.reduce(0) { total, entry in
      total + entry.episode.tape.segments.reduce(0) { $0 + $1.tokens.count }
    }
    #expect(
      weighed.state.spending.scoredTokens - plain.state.spending.scoredTokens == tokens)
    let metrics = weighed.updates[0].metrics
    #expect(try #require(metrics["importance/effective_sample_share"]) > 0.999)
    #expect(metrics["importance/bounded_share"] == 0)
    #expect(plain.updates[0].metrics.keys.allSatisfy { !$0.hasPrefix("importance/") })
  }
}
