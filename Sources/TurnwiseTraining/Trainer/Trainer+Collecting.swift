internal import TurnwiseCore
internal import TurnwiseCredit
internal import TurnwiseModel

extension Trainer {
  /// The episodes of an update.
  struct Collection {
    /// All episodes, failed, unjudged and filtered ones included.
    var episodes: [Episode] = []
    /// Those that are learnt from, by group.
    var groups: [[Episode]] = []
    /// What each episode of the groups was before each of its turns; empty where nobody forks.
    var snapshots: [[[Session<E>]]] = []
  }

  /// Plays the groups of an update, and those that a filter wants played for the ones it leaves out.
  func collect(_ next: inout TrainerState) async throws -> Collection {
    let filter = configuration.filter
    guard filter != .none else { return try await collect(batch: 0, &next) }
    var all = Collection()
    for batch in 0..<(filter.replenishes ? configuration.filterBatches : 1)
    where all.groups.count < configuration.groups {
      let part = try await collect(batch: batch, &next)
      let returns = try part.groups.map { try CreditGroup($0).episodes.map(\.totalReward) }
      let chosen = filter.kept(returns, mass: configuration.varianceMass)
        .prefix(configuration.groups - all.groups.count)
      all.episodes += part.episodes
      all.groups += chosen.map { part.groups[$0] }
      if forks { all.snapshots += chosen.map { part.snapshots[$0] } }
      next.spending.filteredGroups += part.groups.count - chosen.count
    }
    return all
  }

  private func collect(batch: Int, _ next: inout TrainerState) async throws -> Collection {
    let scenarios = batch * configuration.groups..<(batch + 1) * configuration.groups
    let origins = scenarios.flatMap { scenario in
      (0..<configuration.groupSize).map { member in
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
    return Collection(
      episodes: episodes, groups: groups.map { $0.map { episodes[$0] } },
      snapshots: forks ? groups.map { $0.map { histories[$0].snapshots } } : [])
  }

  /// Whether the driving estimator needs forks, for itself or for a process reward model.
  private var forks: Bool {
    !driver.estimator.needs.isDisjoint(with: [.forks, .processModel])
  }

  private func play(
    _ origins: [EpisodeOrigin], _ policy: LanguagePolicy
  ) async throws -> [SessionHistory<E>] {
    let sessions = try origins.map { try Session(environment, origin: $0) }
    let played = await Rollout(.policy(policy), workers: workers).playKeepingHistory(sessions)
    try Task.checkCancellation()
    return played
  }

  /// Fits a new critic to the warm start before anything depends on it.
  ///
  /// One that is to learn from shaped rewards starts as it is: what they are worth is not known yet.
  func prepareCritic(_ next: inout TrainerState, _ watch: inout Stopwatch) async throws {
    let readers = ([driver] + estimators).filter { $0.estimator.needs.contains(.critic) }
    guard let reader = readers.first?.estimator else { return }
    var critic = Critic(from: next.policy.model)
    if configuration.criticEpisodes > 0, reader.shaper == nil {
      let origins = (0..<configuration.criticEpisodes).map { number in
        EpisodeOrigin(seed: configuration.seed.value, split: .train, iteration: 0, scenario: number)
      }
      let played = try await play(origins, next.policy).map { try $0.session.episode() }
      let turns = played.reduce(0) { $0 + $1.turns.count }
      let episodes = EpisodeSelection(played).creditable.map { played[$0] }
      next.spending.sampledTokens += played.reduce(0) { $0 + $1.tape.sampledCount }
      next.spending.criticTurns += turns
      // The others only look at what the critic says, and need not pay for it.
      if driver.estimator.needs.contains(.critic) { next.spending.trainingTurns += turns }
      // Measured against a critic that says 0, the targets are what was earned.
      let targets = try episodes.map { episode in
        let group = try CreditGroup([episode])
        let zeros = group.episodes.map {
          $0.turns.map { Array(repeating: 0.0, count: $0.sampledTokens) }
        }
        let evidence = Evidence(critic: Evidence.Critic(values: zeros, bootstrap: [0]))
        return try reader.credit(group, evidence: evidence).episodes[0].valueTargets ?? []
      }
      next.spending.trainedTokens += try critic.fit(
        TrainingBatch(episodes).examples(targets), epochs: 4, configuration: configuration,
        random: Randomness(seed: configuration.seed.value).stream("critic-start"),
        workers: workers)
    }
    next.critic = critic
    watch.lap("critic_start")
  }
}

extension EpisodeSelection {
  /// Why the first of the episodes that are left out is left out; `nil` if none is, or it has no turns.
  func firstFailure(of episodes: [Episode]) -> Failure? {
    episodes.lazy.compactMap(\.ending.failure).first
      ?? unjudged.first.map { .unjudged(episodes[$0].name) }
  }
}
