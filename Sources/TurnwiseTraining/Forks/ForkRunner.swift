public import TurnwiseCore
public import TurnwiseCredit

/// Plays the continuations that estimators ask for.
///
///     let histories = await rollout.playKeepingHistory(sessions)
///     let runner = ForkRunner<Shell>(policy, workers: 2) { _, episode, turn in
///       histories[episode].snapshots[turn]
///     }
///     let report = try await runner.play([ForkGroup(episodes)], asking: [ForkMonteCarlo()])
///
/// Points in the same situation share continuations: all members of a group start alike, so forks of
/// their first turns are played once. What is played follows from the episodes and the requests, not
/// from the number of workers.
public struct ForkRunner<E: Environment>: Sendable {
  /// Who plays on.
  public var policy: any Policy
  /// How many environment steps run at once.
  public var workers: Int
  /// What the names of the streams begin with; other words give other continuations.
  public var purpose: String
  /// Returns an episode of a group as it was before a turn.
  public var snapshot: Snapshot

  /// Returns an episode of a group as it was before a turn.
  public typealias Snapshot =
    @Sendable (_ group: Int, _ episode: Int, _ turn: Int) async throws -> Session<E>

  /// How often estimators are asked before they are told that they want too much.
  private static var roundLimit: Int { 16 }
  /// How many forks are played at once: more would not make batches larger, only take more memory.
  private static var wave: Int { 1024 }

  /// Creates a runner.
  ///
  /// - Parameters:
  ///   - policy: Who plays on: the policy that played the episodes, for values of that policy.
  ///   - workers: How many environment steps run at once.
  ///   - purpose: What the streams of the continuations begin with.
  ///   - snapshot: Returns an episode of a group as it was before a turn: a kept snapshot
  ///     (`Rollout.playKeepingHistory(_:)`), or a replayed record.
  public init(
    _ policy: any Policy, workers: Int, purpose: String = "credit", snapshot: @escaping Snapshot
  ) {
    (self.policy, self.workers) = (policy, workers)
    (self.purpose, self.snapshot) = (purpose, snapshot)
  }

  /// Plays what estimators ask for, and asks them again until they want nothing new.
  ///
  /// Where several ask for continuations from one point, the largest number is played, and all get to
  /// see all of them.
  ///
  /// - Parameters:
  ///   - groups: The groups that are to be credited.
  ///   - estimators: Who is asked.
  /// - Returns: What came of the forks.
  /// - Throws: A ``ForkError``, a `CreditError` where a continuation was paid nothing at all,
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
  ///   - requests: What is requested of each group.
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
          outcomes: ledgers.map(\.forks), forks: forks, unscored: ledgers.map(\.unscoredPoint))
      }
      try await settle(&ledgers, &forks)
    }
    throw ForkError.endless(rounds: Self.roundLimit)
  }

  /// Plays what estimators ask for and enters it into what is known of the groups.
  func extend(
    _ evidence: inout [Evidence], of groups: [[Episode]], asking estimators: [any CreditEstimator]
  ) async throws -> ForkReport {
    let report = try await play(
      try zip(groups, evidence).map { try ForkGroup($0, evidence: $1) }, asking: estimators)
    for (index, outcomes) in report.outcomes.enumerated() { evidence[index].forks = outcomes }
    return report
  }

  /// Plays until nothing is missing; what fails or is not scored is played again under another name.
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
      // Those of one turn follow each other, and one snapshot may have to be replayed for them.
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
    let played = await Rollout(.policy(policy), workers: workers).play(sessions)
    try Task.checkCancellation()
    return try zip(zip(jobs, shared), played).map { job, session in
      let parent = groups[job.0.group].episodes[job.0.point.episode]
      let episode = try session.episode(scenario: parent.scenario)
      return PlayedFork(
        group: job.0.group, point: job.0.point, episode: episode,
        turns: max(0, episode.turns.count - job.0.point.turn),
        sampledTokens: max(0, episode.tape.sampledCount - job.1))
    }
  }
}

/// A group of recorded episodes whose turns are to be forked.
public struct ForkGroup: Sendable {
  /// The episodes.
  public var episodes: [Episode]
  /// The episodes as estimators read them, in the same order.
  public var credit: CreditGroup
  /// What is known of them beside forks.
  public var evidence: Evidence

  /// Gathers episodes.
  ///
  /// - Parameters:
  ///   - episodes: Creditable episodes of one scenario from one start.
  ///   - evidence: What is known of them beside forks.
  /// - Throws: A `CreditError` if they are no group.
  public init(_ episodes: [Episode], evidence: Evidence = Evidence()) throws {
    (self.episodes, self.evidence) = (episodes, evidence)
    credit = try CreditGroup(episodes)
  }
}

/// A continuation that was played.
public struct PlayedFork: Sendable {
  /// The index of the group.
  public var group: Int
  /// Where it left: in the first episode of the group that came into the situation.
  public var point: ForkPoint
  /// The episode, the turns that it shares with its parent included.
  public var episode: Episode
  /// How many environment turns it took.
  public var turns: Int
  /// How many tokens were sampled for it.
  public var sampledTokens: Int

  /// What estimators read of it.
  var outcome: ForkOutcome {
    get throws {
      guard episode.totalReward != nil else { throw CreditError.noReward(episode: episode.name) }
      let credit = CreditEpisode(episode)
      // Without a turn of its own, what it is paid in the end would fall into the past.
      let turns =
        turns > 0
        ? Array(credit.turns[point.turn...]) : [CreditTurn(reward: episode.judgement?.reward)]
      return ForkOutcome(turns: turns, isTruncated: credit.isTruncated)
    }
  }
}

/// What came of forks.
public struct ForkReport: Sendable {
  /// For each group what came of each point that was asked for: `Evidence.forks`.
  public var outcomes: [[ForkPoint: [ForkOutcome]]]
  /// All continuations in the order in which they were started, those that failed included.
  public var forks: [PlayedFork]
  /// For each group the first point that was asked for and has no outcome, because none of its
  /// continuations was scored; `nil` where there is none.
  public var unscored: [ForkPoint?]

  /// How many environment turns the continuations took.
  public var turns: Int { forks.reduce(0) { $0 + $1.turns } }
  /// How many tokens were sampled for them.
  public var sampledTokens: Int { forks.reduce(0) { $0 + $1.sampledTokens } }
}

/// Why forks could not be played.
public enum ForkError: Error, Hashable, Sendable {
  /// An estimator asked for a point that its group does not have.
  case noSuchPoint(ForkPoint)
  /// Continuations from a point fail again and again. Turns count from 0.
  case failing(episode: String, turn: Int, Failure)
  /// Estimators want more whenever they are asked.
  case endless(rounds: Int)
}

extension ForkError: CustomStringConvertible {
  /// What is wrong, and what to do about it.
  public var description: String {
    switch self {
    case .noSuchPoint(let point):
      """
      an estimator asked for a fork at token \(point.token) of turn \(point.turn + 1) of episode \
      \(point.episode) of its group, which does not exist
      """
    case .failing(let episode, let turn, let failure):
      "forks before turn \(turn + 1) of episode \(episode) keep failing: \(failure)"
    case .endless(let rounds):
      """
      an estimator still asked for more forks after \(rounds) rounds; \
      its requests must come to an end
      """
    }
  }
}
