internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// Credits the groups of an update by every estimator, after playing the forks that the driver wants.
  func credit(
    _ collection: Collection, _ next: inout TrainerState
  ) async throws -> (credited: [CreditedGroup], forks: [Episode]) {
    let needs = estimators.needs
    if needs.contains(.implicitModel), next.implicitModel == nil {
      let recipe = driver.estimator.shaper as? ImplicitReward ?? ImplicitReward()
      next.implicitModel = ImplicitModel(from: next.policy.model, recipe)
    }
    let findings = EvidenceSource(state: next, workers: workers)
      .findings(collection.groups, for: needs)
    next.spending.scoredTokens += findings.scoredTokens
    var evidence = findings.evidence
    var played: [Episode] = []
    var groups = collection.groups
    if driver.estimator.needs.contains(.forks) {
      let report = try await forkRunner("credit", collection, next).extend(
        &evidence, of: collection.groups, asking: [driver.estimator])
      played = charge(report, &next)
      // What cannot be compared with scored continuations cannot be credited.
      let kept = groups.indices.filter { report.unscored[$0] == nil }
      next.spending.droppedGroups += groups.count - kept.count
      (groups, evidence) = (kept.map { groups[$0] }, kept.map { evidence[$0] })
    }
    let credited = try zip(groups, evidence).map {
      try CreditedGroup($0, $1, by: estimators, shadows: shadows)
    }
    return (credited, played)
  }

  /// Labels states by forks and fits the process reward model to them, before it is asked.
  ///
  /// The labels do not depend on how the episodes themselves went on, so the model may learn from them
  /// before it scores the same episodes.
  ///
  /// - Returns: The forks that were played.
  func learnProcessModel(
    from collection: Collection, _ next: inout TrainerState, _ metrics: inout [String: Double],
    _ watch: inout Stopwatch
  ) async throws -> [Episode] {
    guard driver.estimator.needs.contains(.processModel) else { return [] }
    let turns = collection.groups.joined().reduce(0) { $0 + $1.turns.count }
    guard turns > 0 else { return [] }
    // A new model knows nothing, and is asked all the same.
    let zeal = next.processModel == nil ? 4 : 1
    let requests = LabelRequests(
      share: min(1, Double(zeal * configuration.processLabels) / Double(turns)),
      forks: configuration.processForks, seed: configuration.seed.value)
    let report = try await forkRunner("label", collection, next).play(
      try collection.groups.map { try ForkGroup($0) }, asking: [requests])
    var model = next.processModel ?? ProcessModel(from: next.policy.model)
    model.learn(collection.groups, report.outcomes, update: next.iteration)
    next.spending.trainedTokens += try model.fit(
      configuration, epochs: zeal * configuration.processEpochs,
      random: random("process-model", next), workers: workers)
    next.processModel = model
    metrics["process_model/labels"] = Double(model.labels.count)
    watch.lap("process_model")
    return charge(report, &next)
  }

  /// The estimators that are only looked at.
  private var shadows: Set<String> {
    Set(estimators.map(\.spelling)).subtracting([driver.spelling])
  }

  private func forkRunner(
    _ purpose: String, _ collection: Collection, _ state: TrainerState
  ) -> ForkRunner<E> {
    let snapshots = collection.snapshots
    return ForkRunner(state.policy, workers: workers, purpose: purpose) { group, episode, turn in
      snapshots[group][episode][turn]
    }
  }

  /// Counts what forks have spent as the driving estimator's.
  private func charge(_ report: ForkReport, _ next: inout TrainerState) -> [Episode] {
    next.spending.trainingTurns += report.turns
    next.spending.forkTurns += report.turns
    next.spending.sampledTokens += report.sampledTokens
    return report.forks.map(\.episode)
  }
}
