internal import Synchronization

/// A finished session with a snapshot before each of its turns.
///
/// Every snapshot can be forked: `history.snapshots[3].forked("what-if")` is a fork of the episode before
/// its fourth turn.
public struct SessionHistory<E: Environment>: Sendable {
  /// The finished session.
  public internal(set) var session: Session<E>
  /// The session before each turn, oldest first.
  ///
  /// They share memory with each other and with ``session``.
  public internal(set) var snapshots: [Session<E>] = []
}

/// Plays many sessions at once.
///
/// The episodes do not depend on `workers` or on which session finishes first: batches form in the order
/// of the sessions, and each session has its own random streams.
public struct Rollout: Sendable {
  /// Who plays.
  public var player: Player
  /// The most environment steps that run at the same time.
  public var workers: Int
  /// How often and when the policy is asked again after a retryable failure.
  public var retry = RetryRule.standard
  /// Called after each turn of a session; the argument says whether the episode has ended.
  public var onTurn: (@Sendable (_ hasEnded: Bool) -> Void)?
  /// Called after each turn with the turns of the session so far; a failure that it returns ends the episode,
  /// for example when a quota is exhausted.
  public var verdict: (@Sendable (_ turns: [Turn]) -> Failure?)?

  /// Creates a rollout.
  public init(
    _ player: Player, workers: Int, onTurn: (@Sendable (_ hasEnded: Bool) -> Void)? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    require(
      workers > 0, "A rollout needs at least one worker, not \(workers).", file: file, line: line)
    if case .policy(let policy) = player {
      require(
        min(policy.feeding.rows, policy.feeding.calls) > 0,
        "The feeding of the policy '\(policy.name)' must allow at least one row or call,"
          + " but is \(policy.feeding).",
        file: file, line: line)
    }
    self.player = player
    self.workers = workers
    self.onTurn = onTurn
  }

  /// Plays all sessions to their ends.
  ///
  /// If the task is cancelled, the unfinished episodes end as failed.
  ///
  /// - Returns: The finished sessions, in the order of `sessions`.
  public func play<E: Environment>(_ sessions: [Session<E>]) async -> [Session<E>] {
    await playAll(sessions, keep: { _, _ in })
  }

  /// Plays all sessions to their ends, like ``play(_:)``, and delivers each one when it has ended.
  ///
  /// - Parameters:
  ///   - sessions: The sessions.
  ///   - onEnd: Called when a session has ended, with its index in `sessions` and the session itself; may be
  ///     called from several tasks at the same time.
  public func play<E: Environment>(
    _ sessions: [Session<E>], onEnd: @escaping @Sendable (Int, Session<E>) -> Void
  ) async {
    _ = await playAll(sessions, keep: { _, _ in }, onEnd: onEnd)
  }

  /// Plays all sessions to their ends, like ``play(_:)``, and keeps a snapshot before each turn.
  ///
  /// - Returns: The finished sessions with their snapshots, in the order of `sessions`.
  public func playKeepingHistory<E: Environment>(
    _ sessions: [Session<E>]
  ) async -> [SessionHistory<E>] {
    let kept = Mutex([[Session<E>]](repeating: [], count: sessions.count))
    let played = await playAll(sessions) { index, session in
      kept.withLock { $0[index].append(session) }
    }
    return zip(played, kept.withLock(\.self)).map { session, snapshots in
      // A last turn that failed was not played, so its snapshot is dropped.
      SessionHistory(
        session: session, snapshots: snapshots.filter { $0.turns.count < session.turns.count })
    }
  }

  /// Plays each session until it has left the sub-task that it is in (``Environment/subtask(of:)``), or to its
  /// end, but at least one turn.
  ///
  /// - Returns: The sessions in the order of `sessions`; those that left a sub-task are unfinished.
  package func playSubtasks<E: Environment>(_ sessions: [Session<E>]) async -> [Session<E>] {
    let starts = sessions.map { ($0.turns.count, $0.environment.subtask(of: $0.state)) }
    return await playAll(
      sessions, keep: { _, _ in },
      isOver: { index, session in
        session.turns.count > starts[index].0
          && session.environment.subtask(of: session.state) != starts[index].1
      })
  }

  /// Plays all sessions until they have ended or `isOver`; calls `keep` with the index of a session and the
  /// session before each of its turns.
  private func playAll<E: Environment>(
    _ sessions: [Session<E>], keep: @escaping @Sendable (Int, Session<E>) -> Void,
    onEnd: @escaping @Sendable (Int, Session<E>) -> Void = { _, _ in },
    isOver: @escaping @Sendable (Int, Session<E>) -> Bool = { _, _ in false }
  ) async -> [Session<E>] {
    let record = player.record
    let sessions = sessions.map { session in
      var session = session
      if session.ending == nil { session.policy = record }
      return session
    }
    switch player {
    case .expert(let noise):
      return await independently(
        sessions, calls: workers, sampler: nil, keep: keep, onEnd: onEnd, isOver: isOver
      ) { session in
        do {
          return try session.expertAction(noise).map { Answer(.success(.act($0))) }
            ?? Answer(.failure(.noExpert))
        } catch {
          return Answer(.failure(.wrapping(error, at: .environment)))
        }
      }
    case .policy(let policy):
      let sampler = RetryingSampler(policy.makeSampler(), retry)
      switch policy.feeding {
      case .lockStep(let rows):
        return await inLockStep(
          sessions, sampler: sampler, rows: rows, keep: keep, onEnd: onEnd, isOver: isOver)
      case .independent(let calls):
        return await independently(
          sessions, calls: calls, sampler: sampler, keep: keep, onEnd: onEnd, isOver: isOver
        ) {
          await sampler.decide([$0.situation])[0]
        }
      }
    }
  }

  private typealias Answer = RetryingSampler.Answer

  private func independently<E: Environment>(
    _ sessions: [Session<E>], calls: Int, sampler: RetryingSampler?,
    keep: @escaping @Sendable (Int, Session<E>) -> Void,
    onEnd: @escaping @Sendable (Int, Session<E>) -> Void,
    isOver: @escaping @Sendable (Int, Session<E>) -> Bool,
    decide: @escaping @Sendable (Session<E>) async -> Answer
  ) async -> [Session<E>] {
    let (deciding, stepping) = (Gate(calls), Gate(workers))
    return await concurrentMap(
      Array(sessions.enumerated()), limit: max(calls, workers)
    ) { index, session in
      var session = session
      while session.ending == nil, !isOver(index, session) {
        if Task.isCancelled {
          session.fail(.cancelled)
        } else {
          keep(index, session)
          var answer: Answer
          if let action = session.decided {
            answer = Answer(.success(.act(action)))
          } else {
            await deciding.enter()
            answer = await decide(session)
            await deciding.leave()
          }
          await stepping.enter()
          await session.play(answer.decision, after: answer.retries)
          await stepping.leave()
          if let failure = verdict?(session.turns) { session.fail(failure) }
        }
        onTurn?(session.ending != nil)
      }
      await sampler?.forget(session.name)
      onEnd(index, session)
      return session
    }
  }

  private func inLockStep<E: Environment>(
    _ sessions: [Session<E>], sampler: RetryingSampler, rows: Int,
    keep: (Int, Session<E>) -> Void, onEnd: (Int, Session<E>) -> Void,
    isOver: (Int, Session<E>) -> Bool
  ) async -> [Session<E>] {
    var sessions = sessions
    while true {
      let alive = sessions.indices.filter {
        sessions[$0].ending == nil && !isOver($0, sessions[$0])
      }
      guard !alive.isEmpty else { return sessions }
      if Task.isCancelled {
        for index in alive {
          sessions[index].fail(.cancelled)
          onEnd(index, sessions[index])
        }
        return sessions
      }
      for index in alive { keep(index, sessions[index]) }
      let asked = alive.filter { sessions[$0].decided == nil }
      var answers: [Int: Answer] = [:]
      for start in stride(from: 0, to: asked.count, by: rows) {
        let batch = asked[start..<min(start + rows, asked.count)]
        let decided = await sampler.decide(batch.map { sessions[$0].situation })
        for (index, answer) in zip(batch, decided) { answers[index] = answer }
      }
      let moves = alive.map { index in
        let session = sessions[index]
        let decided = session.decided.map { Answer(.success(.act($0))) }
        return (session, decided ?? answers[index] ?? Answer(.failure(.missingAnswer)))
      }
      let played = await concurrentMap(moves, limit: workers) { session, answer in
        var session = session
        await session.play(answer.decision, after: answer.retries)
        if let failure = verdict?(session.turns) { session.fail(failure) }
        onTurn?(session.ending != nil)
        return session
      }
      for (index, session) in zip(alive, played) {
        sessions[index] = session
        if session.ending != nil || isOver(index, session) {
          await sampler.forget(session.name)
          onEnd(index, session)
        }
      }
    }
  }
}
