internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// The metrics and forks that the models of evidence add to an update.
  struct Learning {
    /// The metrics of the update.
    var metrics: [String: Double] = [:]
    /// The forks that were played.
    var forks: [Episode] = []
  }

  /// Prepares the models that learn from demonstrations.
  mutating func prepareEvidence(from demonstrations: [Episode]) throws {
    guard !demonstrations.isEmpty else { return }
    var next = state
    for kind in next.evidence.catalog.kinds
    where estimators.needs.contains(kind.need) && next.evidence[kind.need] == nil {
      var work = work(PlayedEpisodes(), next)
      next.evidence[kind.need] = try kind.prepare(from: demonstrations, &work)
      next.spending = work.spending
    }
    state = next
  }

  /// Prepares the models that an estimator needs and that were not prepared before.
  func prepareEvidence(_ next: inout TrainerState) async throws {
    for kind in next.evidence.catalog.kinds
    where estimators.needs.contains(kind.need) && next.evidence[kind.need] == nil {
      var work = work(PlayedEpisodes(), next)
      next.evidence[kind.need] = try await kind.prepare(&work)
      next.spending = work.spending
    }
  }

  /// Lets the models learn from the groups before they are measured and credited.
  func learn(
    beforeCrediting played: PlayedEpisodes, _ next: inout TrainerState
  ) async throws -> Learning {
    guard !played.groups.isEmpty else { return Learning() }
    return try await learn(played, &next) { model, work in
      try await model.learn(beforeCrediting: played.groups, &work)
    }
  }

  /// Lets the models learn from the groups after they were credited.
  func learn(
    afterCrediting groups: [CreditedGroup], _ next: inout TrainerState
  ) async throws -> Learning {
    guard !groups.isEmpty else { return Learning() }
    return try await learn(PlayedEpisodes(), &next) { model, work in
      try await model.learn(afterCrediting: groups, &work)
    }
  }

  private func learn(
    _ played: PlayedEpisodes, _ next: inout TrainerState,
    by lesson: (inout any EvidenceModel, inout EvidenceWork) async throws -> Void
  ) async throws -> Learning {
    var learning = Learning()
    for kind in next.evidence.prepared {
      guard var model = next.evidence[kind.need] else { continue }
      var work = work(played, next)
      try await lesson(&model, &work)
      next.evidence[kind.need] = model
      next.spending = work.spending
      learning.metrics.merge(work.metrics) { $1 }
      learning.forks += work.forks
    }
    return learning
  }

  private func work(_ played: PlayedEpisodes, _ state: TrainerState) -> EvidenceWork {
    EvidenceWork(
      policy: state.policy, configuration: configuration, update: state.iteration,
      estimators: [driver] + estimators, workers: workers, spending: state.spending,
      player: { try await play($0, state.policy).map { try $0.session.episode() } },
      forkPlayer: { requests, purpose in
        try await forkRunner(purpose, played, state).play(
          try played.groups.map { try ForkGroup($0) }, requesting: requests)
      })
  }
}
