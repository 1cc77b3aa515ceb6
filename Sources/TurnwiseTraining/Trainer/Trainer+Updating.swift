internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// Moves the policy along the credit of the driving estimator.
  func improve(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    let batch = TrainingBatch(groups.flatMap(\.episodes))
    guard batch.scoredCount > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    next.solved.learn(groups)
    let solved = groups.map(next.solved.contains)
    update.metrics["groups/solved"] = Double(solved.count(where: \.self))
    let credit = batch.spread(
      zip(groups, solved).flatMap { group, isSolved in
        let episodes = group.credit[driver.spelling]?.episodes ?? []
        return isSolved ? episodes.map(\.silenced) : episodes
      })
    let square = credit.joined().reduce(0) { $0 + $1 * $1 } / Double(batch.scoredCount)
    guard square > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    let divisor = next.creditScale.scale(square.squareRoot())
    let scale = 1 / divisor
    let advantages = credit.map { $0.map { $0 * scale } }
    let reference = next.reference?.score(batch.sequences, workers: workers)
      .map(\.logProbabilities)
    if reference != nil { next.spending.scoredTokens += batch.tokenCount }
    // Numbered by the updates made before this one.
    var order = Randomness(seed: configuration.seed.value).stream(
      "minibatches", next.iteration - 1)
    let before = (model: next.policy.model, optimizer: next.optimizer)
    let gradient = PolicyGradient(configuration: configuration, workers: workers)
    let report = try gradient.step(
      &next.policy.model, &next.optimizer, on: batch, advantages: advantages, reference: reference,
      limit: next.brake.gradientLimit, order: &order)
    let moved = gradient.divergences(of: next.policy.model, on: batch, reference: reference)
    update.brake = next.brake.judge(
      UpdateBrake.Measures(
        gradient: report.longestGradient, drift: moved.drift, reference: moved.reference))
    if update.brake != nil { (next.policy.model, next.optimizer) = before }
    update.metrics["policy/braked"] = update.brake == nil ? 0 : 1
    update.metrics["policy/drift"] = moved.drift
    next.spending.scoredTokens += moved.scoredTokens
    next.spending.trainedTokens += batch.tokenCount * configuration.epochs
    next.spending.scoredTokens += report.scoredTokens
    update.metrics["credit/scale"] = divisor
    update.metrics.merge(report.metrics) { $1 }
  }

  /// Fits the critic to the value targets of the driving estimator, or of the first one that has some.
  func improveCritic(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    guard var critic = next.critic, configuration.criticEpochs > 0, !groups.isEmpty else { return }
    let names = [driver.spelling] + estimators.map(\.spelling)
    guard
      let name = names.first(where: { name in
        groups.allSatisfy {
          $0.credit[name]?.episodes.allSatisfy { $0.valueTargets != nil } ?? false
        }
      })
    else { return }
    let targets = groups.flatMap { group in
      (group.credit[name]?.episodes ?? []).map { $0.valueTargets ?? [] }
    }
    let values = groups.flatMap { $0.evidence.critic?.values ?? [] }
    update.metrics["critic/explained_variance"] = explainedVariance(values, targets)
    let episodes = groups.flatMap(\.episodes)
    next.spending.trainedTokens += try critic.fit(
      TrainingBatch(episodes).examples(targets), epochs: configuration.criticEpochs,
      configuration: configuration,
      random: Randomness(seed: configuration.seed.value).stream("critic", next.iteration - 1),
      workers: workers)
    next.critic = critic
  }

  /// Teaches the implicit process reward model which episodes went well.
  func improveImplicitModel(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    guard var model = next.implicitModel, !groups.isEmpty else { return }
    let report = try model.fit(
      groups.map(\.episodes), configuration, random: random("implicit-model", next),
      workers: workers)
    next.spending.trainedTokens += report.passedTokens
    next.spending.scoredTokens += report.scoredTokens
    update.metrics["implicit_model/loss"] = report.loss
    update.metrics["implicit_model/accuracy"] = report.accuracy
    next.implicitModel = model
  }
}

extension EpisodeCredit {
  /// The same turns and tokens with no credit.
  fileprivate var silenced: EpisodeCredit {
    var credit = self
    credit.turns = turns.map { _ in 0 }
    credit.tokens = tokens?.map { $0.map { _ in 0 } }
    return credit
  }
}

/// 1 - Var(target - value) / Var(target); not a number where all targets are equal.
private func explainedVariance(_ values: [[[Double]]], _ targets: [[[Double]]]) -> Double {
  func variance(_ numbers: [Double]) -> Double {
    let mean = numbers.reduce(0, +) / Double(max(1, numbers.count))
    return numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
  let goals = targets.joined().flatMap(\.self)
  let pairs = zip(targets.joined(), values.joined()).flatMap { zip($0, $1) }
  let errors = pairs.map { $0 - $1 }
  let total = variance(goals)
  return total > 0 ? 1 - variance(errors) / total : .nan
}
