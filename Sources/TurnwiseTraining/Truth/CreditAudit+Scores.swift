internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel
internal import TurnwiseTrace

extension CreditAudit {
  /// Scores estimators and controls.
  ///
  /// - Parameters:
  ///   - estimators: The estimators.
  ///   - played: The result of ``play()``.
  ///   - truth: The result of ``truth(of:onProgress:)``.
  ///   - onRow: Called before each row.
  /// - Returns: A row for each estimator and control.
  /// - Throws: ``TrainingError/refusedCredit(_:)``, a `CreditError`, a ``ForkError``,
  ///   `CancellationError`.
  public func scores(
    of estimators: [CreditedEstimator], on played: AuditedEpisodes, against truth: AuditTruth,
    onRow: (String) -> Void = { _ in }
  ) async throws -> AuditResult {
    let (places, weights) = (played.places, played.weights)
    var rows: [AuditRow] = []
    var recordedCredit: [String: [String: EpisodeCredit]] = [:]
    @discardableResult func add(
      _ name: String, _ kind: AuditRow.Kind, _ credit: [[EpisodeCredit]], _ spent: Int = 0
    ) -> CreditScorer {
      let scorer = scorer(credit, played, truth, places, weights, forkTurns: spent)
      rows.append(AuditRow(name: name, kind: kind, score: scorer.score, groups: scorer.groups))
      return scorer
    }
    let groups = try played.groups.map { try CreditGroup($0) }
    let best = add("true advantage", .oracle, Self.credit(truth.advantages)).signal
    var rloo: CreditScorer?
    for entry in estimators {
      try Task.checkCancellation()
      onRow(entry.spelling)
      var recorded = try await RecordedCredit(
        played.groups, [entry], models: models, policy: policy, workers: workers)
      if recorded.needsForks { try await recorded.playForks(in: environment, purpose: "estimate") }
      let credit = try recorded.credit().map { $0[entry.spelling]?.episodes ?? [] }
      for (index, episodes) in credit.enumerated() {
        for (place, episode) in episodes.enumerated() {
          let name = played.groups[index][place].name
          recordedCredit[name, default: [:]][entry.spelling] = episode
        }
      }
      let scorer = add(entry.spelling, .estimator, credit, recorded.forkTurns)
      if entry.spelling == RLOO.id { rloo = scorer }
    }
    var shuffling = random("shuffled")
    add(
      "true advantage, shuffled", .control,
      Self.credit(CreditControls.shuffled(truth.advantages, using: &shuffling)))
    add(
      "rloo, spread at random", .control,
      Self.credit(
        groups.indices.map { index in
          var random = random("redistributed", index)
          return CreditControls.redistributed(groups[index], using: &random)
        }))
    for entry in estimators where entry.estimator.needs == [.stateKeys] {
      let credit = try groups.indices.map { index in
        var random = random("keys", index)
        return try entry.estimator.credit(
          CreditControls.breakingKeys(of: groups[index], using: &random), evidence: Evidence())
      }
      add("\(entry.spelling), keys exchanged", .control, credit.map(\.episodes))
    }
    let profile = AuditProfile(
      played, weights, best, rloo ?? self.rloo(groups, played, truth, places, weights))
    return AuditResult(truth: truth, profile: profile, rows: rows, credit: recordedCredit)
  }

  /// Tells whether credit matters for the policy, without scoring any estimator.
  ///
  /// - Parameters:
  ///   - played: The result of ``play()``.
  ///   - truth: The result of ``truth(of:onProgress:)``.
  /// - Returns: The profile.
  /// - Throws: A `CreditError`.
  public func profile(
    of played: AuditedEpisodes, against truth: AuditTruth
  ) throws -> AuditProfile {
    let (places, weights) = (played.places, played.weights)
    let groups = try played.groups.map { try CreditGroup($0) }
    let best = scorer(
      Self.credit(truth.advantages), played, truth, places, weights, forkTurns: 0)
    return AuditProfile(
      played, weights, best.signal, rloo(groups, played, truth, places, weights))
  }

  /// Returns numbers of turns as credit; 0 for turns without one.
  private static func credit(_ turns: [[[Double?]]]) -> [[EpisodeCredit]] {
    turns.map { $0.map { EpisodeCredit(turns: $0.map { $0 ?? 0 }) } }
  }

  /// Scores the credit that any estimator must beat.
  private func rloo(
    _ groups: [CreditGroup], _ played: AuditedEpisodes, _ truth: AuditTruth,
    _ places: [[[AuditedEpisodes.Place]]], _ weights: [[[Double]]]?
  ) -> CreditScorer {
    scorer(
      groups.map { RLOO().credit($0, evidence: Evidence()).episodes }, played, truth, places,
      weights, forkTurns: 0)
  }

  private func scorer(
    _ credit: [[EpisodeCredit]], _ played: AuditedEpisodes, _ truth: AuditTruth,
    _ places: [[[AuditedEpisodes.Place]]], _ weights: [[[Double]]]?, forkTurns: Int
  ) -> CreditScorer {
    var scorer = CreditScorer()
    for (index, group) in played.groups.enumerated() {
      var samples: [CreditSample] = []
      var known = credit[index]
      for (episode, turns) in truth.turns[index].enumerated() {
        for (turn, truth) in turns.enumerated() {
          guard let truth else {
            // A turn without a truth is left out of the gradient too.
            known[episode].turns[turn] = 0
            if let tokens = known[episode].tokens?[turn] {
              known[episode].tokens?[turn] = tokens.map { _ in 0 }
            }
            continue
          }
          let place = places[index][episode][turn]
          samples.append(
            CreditSample(
              credit: known[episode].turns[turn], truth: truth.advantage,
              margin: max(options.negligible, truth.margin), standardError: truth.standardError,
              cell: place.cell, situation: place.situation,
              weight: weights?[index][episode][turn] ?? 1))
        }
      }
      let count = played.groups.count
      let compared = gradient(of: group, known)
      scorer.add(
        samples,
        gradient: truth.source.isMeasured ? gradient(of: group, credit[index]) : compared,
        compared: compared, reference: truth.gradients[index],
        episodes: group.count, turns: group.reduce(0) { $0 + $1.turns.count },
        forkTurns: forkTurns * (index + 1) / count - forkTurns * index / count)
    }
    return scorer
  }

  /// Returns Σ x ∇ log π over the sampled tokens of a group, divided by the number of its episodes;
  /// empty for a policy without gradients.
  func gradient(of group: [Episode], _ credit: [EpisodeCredit]) -> [Double] {
    guard let models else { return [] }
    let batch = TrainingBatch(group)
    let slopes = batch.spread(credit).map { $0.map { Float($0 / Double(group.count)) } }
    let gradient = models.policy.model.gradient(of: batch.sequences, workers: workers) { index, _ in
      SequenceGradients(logProbabilities: slopes[index])
    }.gradient
    return Array(gradient).map(Double.init)
  }
}
