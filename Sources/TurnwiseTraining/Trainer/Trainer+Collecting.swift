internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// The episodes that were played for an update.
  struct PlayedEpisodes {
    /// All episodes, including failed, unjudged and filtered ones.
    var all: [Episode] = []
    /// The episodes that are learnt from, by group.
    var groups: [[Episode]] = []
    /// Each episode of the groups as it was before each of its turns; empty if no forks are played.
    var snapshots: [[[Session<E>]]] = []
  }

  /// Plays the groups of an update, and more groups in place of those that a filter left out.
  func collect(_ next: inout TrainerState) async throws -> PlayedEpisodes {
    let filter = configuration.selection.filter
    guard filter != .none else { return try await collect(batch: 0, &next) }
    var played = PlayedEpisodes()
    for batch in 0..<(filter.replenishes ? configuration.selection.filterBatches : 1)
    where played.groups.count < configuration.budget.groups {
      let part = try await collect(batch: batch, &next)
      let comparisons = try part.groups.map {
        try CreditGroup($0).comparedReturns(bySubtask: driver.estimator.usesSubtasks)
      }
      let chosen = filter.kept(comparisons, mass: configuration.selection.varianceMass)
        .prefix(configuration.budget.groups - played.groups.count)
      played.all += part.all
      played.groups += chosen.map { part.groups[$0] }
      if forks { played.snapshots += chosen.map { part.snapshots[$0] } }
      next.spending.filteredGroups += part.groups.count - chosen.count
    }
    return played
  }

  private func collect(batch: Int, _ next: inout TrainerState) async throws -> PlayedEpisodes {
    let scenarios = batch * configuration.budget.groups..<(batch + 1) * configuration.budget.groups
    let origins = scenarios.flatMap { scenario in
      (0..<configuration.budget.groupSize).map { member in
        EpisodeOrigin(
          seed: configuration.seed.value, split: .train, iteration: next.iteration,
          scenario: scenario, member: member)
      }
    }
    let histories = try await play(origins, next.policy)
    let episodes = try histories.map { try $0.session.episode() }
    let selection = EpisodeSelection(episodes)
    if selection.creditable.isEmpty, let failure = selection.firstFailure(of: episodes) {
      throw TrainingError.everyEpisodeFailed(failure)
    }
    let groups = scenarios.map { scenario in
      selection.creditable.filter { episodes[$0].origin.scenario == scenario }
    }.filter { $0.count > 1 }
    next.spending.trainingTurns += episodes.reduce(0) { $0 + $1.turns.count }
    next.spending.sampledTokens += episodes.reduce(0) { $0 + $1.tape.sampledCount }
    next.spending.failedEpisodes += episodes.count(where: { $0.ending.failure != nil })
    next.spending.unjudgedEpisodes += selection.unjudged.count
    next.spending.droppedGroups += scenarios.count - groups.count
    return PlayedEpisodes(
      all: episodes, groups: groups.map { $0.map { episodes[$0] } },
      snapshots: forks ? groups.map { $0.map { histories[$0].snapshots } } : [])
  }

  /// Whether forks are played, for the driving estimator or for a model of evidence.
  private var forks: Bool {
    estimators.needs.contains { need in
      need == .forks || state.evidence.catalog[need]?.playsForks == true
    }
  }

  /// Plays fresh episodes.
  func play(
    _ origins: [EpisodeOrigin], _ policy: LanguagePolicy
  ) async throws -> [SessionHistory<E>] {
    let sessions = try origins.map { try Session(environment, origin: $0) }
    let played = await Rollout(.policy(policy), workers: workers).playKeepingHistory(sessions)
    try Task.checkCancellation()
    return played
  }
}

extension EpisodeSelection {
  /// Returns the first failure of the episodes, where a missing score counts as a failure; `nil` if
  /// there is none.
  func firstFailure(of episodes: [Episode]) -> Failure? {
    episodes.lazy.compactMap(\.ending.failure).first
      ?? unjudged.first.map { .unjudged(episodes[$0].name) }
  }
}
