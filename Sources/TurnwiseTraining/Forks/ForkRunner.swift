public import TurnwiseCore
public import TurnwiseCredit

/// Plays the continuations that estimators request, or given ones.
///
///     let histories = await rollout.playKeepingHistory(sessions)
///     let runner = ForkRunner<Shell>(policy, workers: 2) { _, episode, turn in
///       histories[episode].snapshots[turn]
///     }
///     let report = try await runner.play([ForkGroup(episodes)], asking: [ForkMonteCarlo()])
///
/// Points in the same situation share continuations. All members of a group start in the same
/// state, so forks of their first turns are played once. The continuations depend on the episodes
/// and the requests, not on the number of workers.
public struct ForkRunner<E: Environment>: Sendable {
  /// The policy that plays the continuations.
  public var policy: any Policy
  /// The most environment steps that run at once.
  public var workers: Int
  /// The beginning of the names of the random streams; another purpose gives other continuations.
  public var purpose: String
  /// Returns an episode of a group as it was before a turn.
  public var snapshot: Snapshot
  /// Whether continuations end with the sub-task in which they begin, and are paid only what belongs to it.
  var endsWithSubtask = false

  /// Returns an episode of a group as it was before a turn.
  public typealias Snapshot =
    @Sendable (_ group: Int, _ episode: Int, _ turn: Int) async throws -> Session<E>

  /// The number of rounds of requests after which they count as endless.
  private static var roundLimit: Int { 16 }
  /// The number of forks that are played at once; more would take memory without making batches
  /// larger.
  private static var wave: Int { 1024 }

  /// Creates a runner.
  ///
  /// - Parameters:
  ///   - policy: The policy that plays the continuations; their returns are values of this policy.
  ///   - workers: The most environment steps that run at once.
  ///   - purpose: The beginning of the names of the random streams.
  ///   - snapshot: Returns an episode of a group as it was before a turn: a kept snapshot
  ///     (`Rollout.playKeepingHistory(_:)`), or a replayed record.
  public init(
    _ policy: any Policy, workers: Int, purpose: String = "credit", snapshot: @escaping Snapshot
  ) {
    (self.policy, self.workers) = (policy, workers)
    (self.purpose, self.snapshot) = (purpose, snapshot)
  }

  /// Plays the forks that estimators request, in rounds, until there are no new requests.
  ///
  /// If several estimators request continuations from one point, the largest number is played, and
  /// all estimators see all of them.
  ///
  /// - Parameters:
  ///   - groups: The groups that will be credited.
  ///   - estimators: The estimators that request forks.
  /// - Returns: The outcomes of the forks.
  /// - Throws: A ``ForkError``, a `CreditError` if a continuation has no reward,
  ///   `CancellationError`, and what `snapshot` throws.
  public func play(
    _ groups: [ForkGroup], asking estimators: [any CreditEstimator]
  ) async throws -> ForkReport {
    try await play(groups) { _, group, evidence in
      estimators.flatMap { $0.requests(group, evidence: evidence) }
    }
  }

  /// Plays continuations.
  ///
  /// - Parameters:
  ///   - groups: The groups.
  ///   - requests: The requests for each group.
  /// - Returns: The outcomes of the forks.
  /// - Throws: As ``play(_:asking:)``.
  public func play(
    _ groups: [ForkGroup], requesting requests: [[ForkRequest]]
  ) async throws -> ForkReport {
    require(
      requests.count == groups.count,
      "Each of the \(groups.count) groups needs its requests; there are \(requests.count).")
    return try await play(groups) { index, _, _ in requests[index] }
  }

  private func play(
    _ groups: [ForkGroup], requests: (Int, CreditGroup, Evidence) -> [ForkRequest]
  ) async throws -> ForkReport {
    var ledgers = groups.map(ForkLedger.init)
    var forks: [PlayedFork] = []
    for _ in 0..<Self.roundLimit {
      var isSettled = true
      for index in ledgers.indices
      where try ledgers[index].enter({ requests(index, $0, $1) }) { isSettled = false }
      if isSettled {
        return ForkReport(
          outcomes: ledgers.map(\.forks), continuations: ledgers.map(\.continuations),
          forks: forks, unscored: ledgers.map(\.unscoredPoint))
      }
      try await settle(&ledgers, &forks)
    }
    throw ForkError.endless(rounds: Self.roundLimit)
  }

  /// Plays the forks that estimators request, as far as these want them, and adds the outcomes to the
  /// evidence of the groups.
  ///
  /// - Throws: As ``play(_:asking:)``, and ``TrainingError/refusedCredit(_:)`` if estimators want forks of
  ///   different ends, or if what a sub-task earns is paid elsewhere.
  func extend(
    _ evidence: inout [Evidence], of groups: [[Episode]], asking estimators: [any CreditEstimator]
  ) async throws -> ForkReport {
    let ends = Set(estimators.filter { $0.needs.contains(.forks) }.map(\.forksEndWithSubtask))
    guard ends.count < 2 else {
      throw TrainingError.refusedCredit([
        "forks that end with their sub-task and forks of whole episodes cannot be asked for together"
      ])
    }
    var runner = self
    runner.endsWithSubtask = ends == [true]
    if runner.endsWithSubtask,
      let place = groups.joined().lazy.compactMap(\.placePaidElsewhere).first
    {
      throw TrainingError.refusedCredit([
        "forks that end with their sub-task need rewards that are paid while it is worked on, unlike in"
          + " \(place)"
      ])
    }
    let report = try await runner.play(
      try zip(groups, evidence).map { try ForkGroup($0, evidence: $1) }, asking: estimators)
    for (index, outcomes) in report.outcomes.enumerated() { evidence[index].forks = outcomes }
    return report
  }

  /// Plays until no continuation is missing.
  ///
  /// Continuations that fail or are not scored are replaced by others with another stream.
  private func settle(_ ledgers: inout [ForkLedger], _ forks: inout [PlayedFork]) async throws {
    while true {
      var jobs: [Job] = []
      for index in ledgers.indices {
        jobs += ledgers[index].missing().map { point, stream in
          Job(group: index, point: point, stream: stream)
        }
      }
      if jobs.isEmpty { return }
      for start in stride(from: 0, to: jobs.count, by: Self.wave) {
        let played = try await play(
          jobs[start..<min(start + Self.wave, jobs.count)], of: ledgers.map(\.group))
        for fork in played { try ledgers[fork.group].enter(fork) }
        forks += played
      }
    }
  }

  private struct Job {
    var group: Int
    var point: ForkPoint
    var stream: Int
  }

  private func play(_ jobs: ArraySlice<Job>, of groups: [ForkGroup]) async throws -> [PlayedFork] {
    var sessions: [Session<E>] = []
    var shared: [Int] = []
    var last: (job: Job, session: Session<E>)?
    for job in jobs {
      let session: Session<E>
      // Forks from one turn follow each other, because a snapshot may have to be replayed for them.
      if let last, last.job.group == job.group, last.job.point.episode == job.point.episode,
        last.job.point.turn == job.point.turn
      {
        session = last.session
      } else {
        session = try await snapshot(job.group, job.point.episode, job.point.turn)
      }
      last = (job, session)
      let parent = groups[job.group].episodes[job.point.episode]
      let beginning = parent.beginning(ofTurn: job.point.turn, count: job.point.token)
      sessions.append(session.forked("\(purpose)-\(job.stream)", beginning: beginning))
      shared.append(session.tape.sampledCount + job.point.token)
    }
    let rollout = Rollout(.policy(policy), workers: workers)
    let played =
      endsWithSubtask ? await rollout.playSubtasks(sessions) : await rollout.play(sessions)
    try Task.checkCancellation()
    return try zip(zip(jobs, shared), played).map { job, session in
      let parent = groups[job.0.group].episodes[job.0.point.episode]
      var episode = try session.episode(scenario: parent.scenario)
      // What belongs to the sub-task is known, although the episode is not over.
      if endsWithSubtask, session.ending == nil { episode.ending = .truncated(.subtaskOver) }
      return PlayedFork(
        group: job.0.group, point: job.0.point, episode: episode,
        turns: max(0, episode.turns.count - job.0.point.turn),
        sampledTokens: max(0, episode.tape.sampledCount - job.1),
        subtask: endsWithSubtask ? parent.turns[job.0.point.turn].subtask : nil)
    }
  }
}
