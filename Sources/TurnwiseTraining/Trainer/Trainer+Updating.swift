internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// Updates the policy with the credit of the driving estimator.
  func improve(
    _ next: inout TrainerState, _ groups: [CreditedGroup], _ update: inout TrainingUpdate
  ) throws {
    let lessons = groups.map { $0.lessons(of: driver.spelling) }
    let batch = TrainingBatch(
      lessons.joined().map(\.episode), from: lessons.joined().map(\.firstTurn))
    guard batch.scoredCount > 0 else {
      update.metrics["policy/skipped"] = 1
      return
    }
    next.solved.learn(groups)
    let solved = groups.map(next.solved.contains)
    update.metrics["groups/solved"] = Double(solved.count(where: \.self))
    let credit = batch.spread(
      zip(lessons, solved).flatMap { lessons, isSolved in
        lessons.map { isSolved ? $0.credit.silenced : $0.credit }
      })
    update.metrics["policy/credited_tokens"] = Double(
      credit.reduce(0) { $0 + $1.count { $0 != 0 } })
    let branches = lessons.joined().count - groups.reduce(0) { $0 + $1.episodes.count }
    if branches > 0 { update.metrics["policy/branches"] = Double(branches) }
    let learns = zip(lessons, solved).flatMap { lessons, isSolved in
      lessons.map { _ in !isSolved }
    }
    guard
      let (advantages, divisor) = configuration.loss.creditScaling.applied(
        to: credit, where: batch.owners.map { learns[$0] }, &next.creditScale)
    else {
      update.metrics["policy/skipped"] = 1
      return
    }
    let reference = next.reference?.score(batch.sequences, workers: workers)
      .map(\.logProbabilities)
    if reference != nil { next.spending.scoredTokens += batch.tokenCount }
    // The stream is numbered by the updates made before this one.
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
    next.spending.trainedTokens += batch.tokenCount * configuration.optimizer.epochs
    next.spending.scoredTokens += report.scoredTokens
    update.metrics["credit/scale"] = divisor
    update.metrics.merge(report.metrics) { $1 }
  }
}

extension EpisodeCredit {
  /// Credit of 0 for the same turns and tokens.
  fileprivate var silenced: EpisodeCredit {
    var credit = self
    credit.turns = turns.map { _ in 0 }
    credit.tokens = tokens?.map { $0.map { _ in 0 } }
    return credit
  }
}
