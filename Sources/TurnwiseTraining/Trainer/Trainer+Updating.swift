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
    let credit = batch.spread(groups.flatMap { $0.credit[driver.spelling]?.episodes ?? [] })
    let square = credit.joined().reduce(0) { $0 + $1 * $1 } / Double(batch.scoredCount)
    guard square > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    // Scaled, not centred: the mean of the credit is part of what an estimator says.
    let scale = 1 / square.squareRoot()
    let advantages = credit.map { $0.map { $0 * scale } }
    let reference = next.reference?.score(batch.sequences, workers: workers)
      .map(\.logProbabilities)
    if reference != nil { next.spending.scoredTokens += batch.tokenCount }
    // Numbered by the updates made before this one.
    var order = Randomness(seed: configuration.seed.value).stream(
      "minibatches", next.iteration - 1)
    let report = try PolicyGradient(configuration: configuration, workers: workers).step(
      &next.policy.model, &next.optimizer, on: batch, advantages: advantages, reference: reference,
      order: &order)
    next.spending.trainedTokens += batch.tokenCount * configuration.epochs
    next.spending.scoredTokens += report.scoredTokens
    update.metrics["credit/scale"] = square.squareRoot()
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
