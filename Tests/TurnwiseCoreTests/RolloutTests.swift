import Synchronization
import Testing
import TurnwiseCore

/// What a policy of the tests saw: how many calls at once, how long batches were, who was forgotten.
final class Witness: Sendable {
  struct Sight {
    var (calls, mostCalls) = (0, 0)
    var batches: [Int] = []
    var forgotten: [String] = []
  }
  private let sight = Mutex(Sight())
  var seen: Sight { sight.withLock(\.self) }
  func enter(_ rows: Int) {
    sight.withLock {
      $0.calls += 1
      $0.mostCalls = max($0.mostCalls, $0.calls)
      $0.batches.append(rows)
    }
  }
  func leave() { sight.withLock { $0.calls -= 1 } }
  func forget(_ episode: String) { sight.withLock { $0.forgotten.append(episode) } }
}

/// Climbs by one or two rungs as its luck says, and misbehaves for some episodes.
struct Climber: Policy {
  var name: String { "climber" }
  var feeding: Feeding
  var witness = Witness()
  /// The episode whose answers fail.
  var failing: String?
  /// How many answers each batch lacks, and how many it has too many.
  var missing = 0
  var surplus = 0

  func makeSampler() -> any Sampler { ClimbSampler(climber: self) }
}

private struct ClimbSampler: Sampler {
  let climber: Climber

  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    climber.witness.enter(batch.count)
    await Task.yield()
    defer { climber.witness.leave() }
    let answers = batch.map { situation -> Result<Decision, Failure> in
      if situation.episode == climber.failing {
        return .failure(Failure(.policy, code: "lost", message: "One call failed."))
      }
      var random = situation.random
      return .success(.act(.call("go", ["steps": .integer(random.chance(0.5) ? 1 : 2)]), nil))
    }
    let extra = answers.first.map { Array(repeating: $0, count: climber.surplus) } ?? []
    return answers.dropLast(climber.missing) + extra
  }

  func forget(_ episode: String) async { climber.witness.forget(episode) }
}

@Suite struct `A rollout` {
  private func sessions(_ count: Int = 9) throws -> [Session<Climb>] {
    try (0..<count).map {
      try Session(
        Climb(), origin: EpisodeOrigin(seed: 4, split: .train, scenario: $0 / 3, member: $0 % 3))
    }
  }

  private func episodes(_ player: Player, workers: Int) async throws -> [Episode] {
    try await Rollout(player, workers: workers).play(sessions()).map {
      try $0.episode(includingState: true)
    }
  }

  @Test(arguments: [1, 2, 7]) func `plays the same with any number of workers`(workers: Int)
    async throws
  {
    let players: [Player] = [
      .expert(ExpertNoise(habit: 0.5, slip: 0.5)), .policy(RandomPolicy()), .policy(NullPolicy()),
      .policy(Climber(feeding: .lockStep(rows: 4))),
      .policy(Climber(feeding: .independent(calls: 3))),
    ]
    for player in players {
      #expect(try await episodes(player, workers: workers) == episodes(player, workers: 3))
    }
  }

  @Test(arguments: [Feeding.lockStep(rows: 2), .lockStep(rows: 100), .independent(calls: 5)])
  func `plays the same however a policy is fed`(feeding: Feeding) async throws {
    let fed = try await episodes(.policy(Climber(feeding: feeding)), workers: 2)
    #expect(fed == (try await episodes(.policy(Climber(feeding: .lockStep(rows: 1))), workers: 1)))
    #expect(fed.map(\.name) == (try sessions().map(\.name)))
    #expect(fed.allSatisfy { $0.ending.failure == nil })
  }

  @Test(arguments: [Feeding.lockStep(rows: 4), .independent(calls: 3)])
  func `asks no more at once than a policy allows`(feeding: Feeding) async throws {
    let climber = Climber(feeding: feeding)
    _ = try await episodes(.policy(climber), workers: 7)
    #expect(climber.witness.seen.mostCalls <= feeding.calls)
    #expect(climber.witness.seen.batches.allSatisfy { $0 <= feeding.rows })
  }

  @Test(arguments: [Feeding.lockStep(rows: 4), .independent(calls: 3)])
  func `tells a sampler which episodes have ended`(feeding: Feeding) async throws {
    let climber = Climber(feeding: feeding)
    let names = try await episodes(.policy(climber), workers: 2).map(\.name)
    #expect(climber.witness.seen.forgotten.sorted() == names.sorted())
  }

  @Test(arguments: [Feeding.lockStep(rows: 4), .independent(calls: 3)])
  func `loses one episode where one call fails`(feeding: Feeding) async throws {
    let plain = try await episodes(.policy(Climber(feeding: feeding)), workers: 2)
    var climber = Climber(feeding: feeding)
    climber.failing = plain[5].name
    let found = try await episodes(.policy(climber), workers: 2)
    for index in found.indices where index != 5 { #expect(found[index] == plain[index]) }
    #expect(found[5].ending.failure?.code == "lost")
    #expect(found[5].judgement == nil)
  }

  @Test func `loses the episodes that a sampler does not answer`() async throws {
    var climber = Climber(feeding: .lockStep(rows: 9))
    climber.missing = 2
    let played = try await Rollout(.policy(climber), workers: 2).play(sessions(3))
    #expect(
      played.map { $0.ending?.failure?.code } == [
        "missing-answer", "missing-answer", "missing-answer",
      ])
    #expect(played.map(\.turns.count).last == 0)
    #expect(played.first?.turns.isEmpty == false || played.first?.ending?.failure != nil)
  }

  @Test func `ignores answers that nobody asked for`() async throws {
    var climber = Climber(feeding: .lockStep(rows: 4))
    climber.surplus = 3
    let plain = try await episodes(.policy(Climber(feeding: .lockStep(rows: 4))), workers: 2)
    #expect(try await episodes(.policy(climber), workers: 2) == plain)
  }

  @Test(arguments: [Feeding.lockStep(rows: 4), .independent(calls: 3)])
  func `ends what is unfinished as cancelled`(feeding: Feeding) async throws {
    let sessions = try sessions()
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await Rollout(.policy(Climber(feeding: feeding)), workers: 2).play(sessions)
    }
    let played = await task.value
    #expect(played.count == sessions.count)
    #expect(played.allSatisfy { $0.ending?.failure?.boundary == .cancelled })
    #expect(played.allSatisfy { $0.judgement == nil })
  }

  @Test func `tells when turns were played and episodes ended`() async throws {
    let counts = Mutex((turns: 0, ends: 0))
    let rollout = Rollout(.expert(.none), workers: 3) { hasEnded in
      counts.withLock {
        $0.turns += 1
        $0.ends += hasEnded ? 1 : 0
      }
    }
    let played = try await rollout.play(sessions())
    #expect(counts.withLock(\.ends) == 9)
    #expect(counts.withLock(\.turns) == played.map(\.turns.count).reduce(0, +))
  }

  @Test(arguments: [Feeding.lockStep(rows: 4), .independent(calls: 3)])
  func `keeps what sessions were before each turn`(feeding: Feeding) async throws {
    var climber = Climber(feeding: feeding)
    let rollout = Rollout(.policy(climber), workers: 3)
    let played = await rollout.play(try sessions())
    let histories = await rollout.playKeepingHistory(try sessions())
    for (history, session) in zip(histories, played) {
      #expect(try history.session.episode() == session.episode())
      #expect(history.snapshots.map(\.turns.count) == Array(session.turns.indices))
      for (turn, snapshot) in history.snapshots.enumerated() {
        #expect(snapshot.ending == nil)
        #expect(snapshot.turns == Array(session.turns[..<turn]))
        #expect(try snapshot.stateKey == session.turns[turn].stateKey)
      }
      // A fork plays on elsewhere, and the snapshot goes on as the session did.
      let snapshot = try #require(history.snapshots.last)
      let fork = await rollout.play([snapshot.forked("a")])
      #expect(fork[0].situation.random != session.situation.random)
      let resumed = await rollout.play([snapshot])[0]
      #expect(try resumed.episode() == session.episode())
    }
    climber.failing = played[5].name
    let failed = await Rollout(.policy(climber), workers: 3).playKeepingHistory(try sessions())
    #expect(failed[5].snapshots.isEmpty && !failed[4].snapshots.isEmpty)
  }

  @Test func `of nothing is nothing`() async {
    #expect(await Rollout(.expert(.none), workers: 2).play([Session<Climb>]()).isEmpty)
  }

  @Test func `needs a worker`() async {
    await #expect(processExitsWith: .failure) { _ = Rollout(.expert(.none), workers: 0) }
  }
}
