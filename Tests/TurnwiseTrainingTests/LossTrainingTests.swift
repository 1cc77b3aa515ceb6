import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseModel
import TurnwiseTraining

@Suite struct `Training with another loss` {
  /// Makes two updates of two epochs, so that ratios leave 1; `models` are the policy before and
  /// after each.
  private func train(
    workers: Int, _ change: (inout RunConfiguration) -> Void
  ) async throws -> (updates: [TrainingUpdate], state: TrainerState, models: [Transformer]) {
    let configuration = Tiny.configuration {
      $0.credit = "token"
      $0.optimizer.epochs = 2
      change(&$0)
    }
    let start = try await Tiny.warmStart(configuration)
    var trainer = try Trainer(Lottery(), from: start, configuration, workers: workers)
    var updates: [TrainingUpdate] = []
    var models = [trainer.state.policy.model]
    while let update = try await trainer.step() {
      updates.append(update)
      models.append(trainer.state.policy.model)
    }
    return (updates, trainer.state, models)
  }

  /// Returns the sum over the sampled tokens of an update of credit · log(π_new / π_old).
  ///
  /// To first order it is the gain of the objective by the update.
  private func gain(
    of update: TrainingUpdate, from old: Transformer, to new: Transformer
  ) throws -> Double {
    let batch = TrainingBatch(update.episodes.map(\.episode))
    let credit = try update.episodes.map { try #require($0.credit["token"]) }
    let (before, after) = (old.score(batch.sequences), new.score(batch.sequences))
    var gain = 0.0
    for (index, places) in batch.lossPlaces.enumerated() {
      var tokens: [Int: Int] = [:]
      for (number, place) in places.enumerated() {
        let token = tokens[place.turn, default: 0]
        tokens[place.turn] = token + 1
        let change =
          after[index].logProbabilities[number] - before[index].logProbabilities[number]
        gain += credit[place.episode].credit(turn: place.turn, token: token) * Double(change)
      }
    }
    return gain
  }

  private func check(_ change: (inout RunConfiguration) -> Void) async throws {
    let first = try await train(workers: 1, change)
    #expect(first.updates.count == 2)
    for (index, update) in first.updates.enumerated() {
      let (old, new) = (first.models[index], first.models[index + 1])
      let isFinite = new.parameters.allSatisfy { $0.isFinite }
      #expect(isFinite)
      #expect(try gain(of: update, from: old, to: new) > 0)
      #expect(try #require(update.metrics["policy/loss"]).isFinite)
      #expect(try #require(update.metrics["policy/gradient_norm"]) > 0)
    }
    let again = try await train(workers: 3, change)
    let isSame = try again.state.saved == first.state.saved
    #expect(isSame)
  }

  @Test(arguments: RatioLevel.allCases, ClipForm.allCases)
  func `moves the policy along the credit, the same way each time`(
    ratio: RatioLevel, clip: ClipForm
  ) async throws {
    try await check { ($0.loss.ratio, $0.loss.clip) = (ratio, clip) }
  }

  @Test(arguments: LossAggregation.allCases)
  func `moves the policy along the credit with each aggregation`(
    aggregation: LossAggregation
  ) async throws {
    try await check { $0.loss.aggregation = aggregation }
  }

  @Test(arguments: [ImportanceWeights.Level.token, .turn, .turnMean, .sequence])
  func `moves the policy along the credit with importance weights`(
    level: ImportanceWeights.Level
  ) async throws {
    try await check { ($0.loss.importance, $0.loss.importanceForm) = (level, .mask) }
  }

  @Test func `pays for the pass that weighs tokens, which its own sampler hardly needs`()
    async throws
  {
    let plain = try await train(workers: 2) { $0.budget.updates = 1 }
    let weighed = try await train(workers: 2) {
      ($0.budget.updates, $0.loss.importance) = (1, .token)
    }
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
