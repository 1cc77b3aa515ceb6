import Foundation
import Synchronization
import Testing
import TurnwiseCore
import TurnwiseCredit
import TurnwiseEnvironments
import TurnwiseModel
import TurnwiseTestSupport
import TurnwiseTrace
import TurnwiseTraining

/// Requests a number of continuations before each of the first turns, and gives no credit.
struct FirstTurns: CreditEstimator {
  static let id = "first", summary = "asks for forks"
  var k = 4
  var turns = 1

  func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
    group.episodes.enumerated().flatMap { index, episode in
      (0..<min(turns, episode.turns.count)).map {
        ForkRequest(ForkPoint(episode: index, turn: $0), count: k)
      }
    }
  }

  func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    GroupCredit(turns: group.episodes.map { $0.turns.map { _ in 0 } }, of: group)
  }
}

/// A game that fails at random.
struct Brittle: Environment {
  static let id = "brittle-v1"
  var breakage = 0.0
  var turnLimit: Int { 3 }
  var tools: Toolbox<[UInt64]> { Toolbox { Roll() } }
  struct Roll: Tool {
    static let name = "roll", summary = "Rolls."
    struct Arguments: Decodable {}
    func call(_ arguments: Arguments, on state: inout [UInt64], using random: inout Randomness)
      -> ToolReply
    {
      state.append(random.next() % 6)
      return ToolReply("\(Text("\(state)"))", reward: Double(state.last ?? 0))
    }
  }
  func scenario(in split: Split, using random: inout Randomness) -> Int { 0 }
  func start(_ scenario: Int, using random: inout Randomness) -> [UInt64] { [] }
  func judge(_ state: [UInt64]) -> Judgement { Judgement(success: true) }
  func step(_ state: inout [UInt64], _ action: Action, using random: inout Randomness) async throws
    -> Outcome
  {
    if random.chance(breakage) {
      throw Failure(.environment, code: "broken", message: "It broke.")
    }
    return try await tools.run(action, on: &state, using: &random)
  }
}

/// A group that was played, with the states of its members before each turn.
struct PlayedGroup<E: Environment> {
  var histories: [SessionHistory<E>]
  var episodes: [Episode]

  init(_ environment: E, _ policy: any Policy, members: Int = 8, scenario: Int = 0) async throws {
    let sessions = try (0..<members).map {
      try Session(
        environment,
        origin: EpisodeOrigin(seed: 3, split: .train, scenario: scenario, member: $0))
    }
    histories = await Rollout(.policy(policy), workers: 2).playKeepingHistory(sessions)
    episodes = try histories.map { try $0.session.episode() }
  }
}

@Suite struct `A fork runner` {
  private func runner<E: Environment>(
    _ groups: [PlayedGroup<E>], _ policy: any Policy, workers: Int = 2
  ) -> ForkRunner<E> {
    let snapshots = groups.map { $0.histories.map(\.snapshots) }
    return ForkRunner(policy, workers: workers) { snapshots[$0][$1][$2] }
  }

  private func warmPolicy() async throws -> LanguagePolicy {
    try await Tiny.warmStart(Tiny.configuration { $0.cloning.steps = 60 }).policy
  }

  @Test func `plays forks of a start that a group shares once`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy())
    let report = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [FirstTurns(k: 4), FirstTurns(k: 3)])
    #expect(report.forks.count == 4)
    #expect(report.forks.map(\.episode.name) == (0..<4).map { "train/0/0/0/0-credit-\($0)" })
    #expect(report.outcomes[0].count == 8)
    #expect(Set(report.outcomes[0].values).count == 1)
  }

  @Test func `shares nothing between those that have seen or done other things`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy())
    let report = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [FirstTurns(k: 2, turns: 20)])
    func past(_ episode: Episode, _ turn: Int) -> [Text] {
      episode.turns[..<turn].flatMap { [$0.action.text] + $0.replies.map(\.text) }
    }
    let pasts = Set(
      group.episodes.flatMap { episode in
        episode.turns.indices.map { past(episode, $0) }
      })
    #expect(report.forks.count == 2 * pasts.count)
    #expect(pasts.count < group.episodes.reduce(0) { $0 + $1.turns.count })
  }

  @Test func `gives the values that forks by hand give`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy(), members: 4)
    let report = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [ForkMonteCarlo { $0.k = 5 }])
    var evidence = Evidence()
    evidence.forks = report.outcomes[0]
    for fork in report.forks {
      let parent = group.histories[fork.point.episode]
      let stream = try #require(fork.episode.parent?.stream)
      let session = parent.snapshots[fork.point.turn].forked(stream)
      let again = await Rollout(.policy(RandomPolicy()), workers: 1).play([session])
      #expect(try again[0].episode() == fork.episode)
    }
    for point in report.outcomes[0].keys {
      let past = group.episodes[point.episode].rewards[..<point.turn].reduce(0) { $0 + ($1 ?? 0) }
      #expect(past == 0)
      let same = report.forks.filter { fork in
        fork.point.turn == point.turn
          && fork.episode.turns[point.turn].stateKey
            == group.episodes[point.episode].turns[point.turn].stateKey
          && fork.episode.turns[..<point.turn].map(\.action)
            == group.episodes[point.episode].turns[..<point.turn].map(\.action)
      }
      #expect(same.count == 5)
      let mean = same.reduce(0) { $0 + ($1.episode.totalReward ?? 0) } / 5
      #expect(abs(evidence.forkReturns(point, first: 5).reduce(0, +) / 5 - mean) < 1e-12)
    }
    _ = try ForkMonteCarlo { $0.k = 5 }.credit(CreditGroup(group.episodes), evidence: evidence)
  }

  @Test func `measures the value of the policy that plays on`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy(), members: 2)
    let report = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [FirstTurns(k: 1000)])
    var evidence = Evidence()
    evidence.forks = report.outcomes[0]
    let returns = evidence.forkReturns(ForkPoint(episode: 0, turn: 0), first: 1000)
    let value = returns.reduce(0, +) / 1000
    #expect(returns.count == 1000)
    let fresh = try await PlayedGroup(Tiny.game, RandomPolicy(), members: 1000)
    let mean = fresh.episodes.reduce(0) { $0 + ($1.totalReward ?? 0) } / 1000
    // Rewards lie between 0 and 1: three standard errors of the difference are at most 0.067.
    #expect(abs(value - mean) < 0.067)
    #expect(value > 0)
  }

  @Test func `plays the same for any number of workers, by turn and inside turns`() async throws {
    let policy = try await warmPolicy()
    var groups: [PlayedGroup<KeyDoor>] = []
    for scenario in 0..<2 {
      groups.append(try await PlayedGroup(Tiny.game, policy, members: 3, scenario: scenario))
    }
    let wishes: [any CreditEstimator] = [
      ForkMonteCarlo { $0.k = 2 }, ForkMonteCarlo { ($0.k, $0.at, $0.stride) = (2, .token, 3) },
    ]
    let asked = try groups.map { try ForkGroup($0.episodes) }
    var reports: [ForkReport] = []
    for workers in [1, 4] {
      var threaded = policy
      threaded.workers = workers
      reports.append(
        try await runner(groups, threaded, workers: workers).play(asked, asking: wishes))
    }
    #expect(reports[0].outcomes == reports[1].outcomes)
    #expect(reports[0].forks.map(\.episode) == reports[1].forks.map(\.episode))
    #expect(reports[0].forks.contains { $0.point.token > 0 })

    var spent = (turns: 0, tokens: 0)
    for fork in reports[0].forks {
      let parent = groups[fork.group].episodes[fork.point.episode]
      let own = fork.episode.turns[fork.point.turn...]
      spent.turns += own.count
      spent.tokens +=
        own.reduce(0) { $0 + ($1.span.flatMap { fork.episode.tape[$0] }?.range.count ?? 0) }
        - fork.point.token
      #expect(fork.episode.parent?.token == fork.point.token)
      #expect(
        fork.episode.beginning(ofTurn: fork.point.turn, count: fork.point.token)
          == parent.beginning(ofTurn: fork.point.turn, count: fork.point.token))
      #expect(fork.episode.scenario == parent.scenario)
      #expect(await Replay.verify(fork.episode, in: Tiny.game) == nil)
    }
    #expect(reports[0].turns == spent.turns)
    #expect(reports[0].sampledTokens == spent.tokens)
    for (group, outcomes) in zip(asked, reports[0].outcomes) {
      for estimator in wishes {
        _ = try estimator.credit(group.credit, evidence: Evidence(forks: outcomes))
      }
    }
  }

  @Test func `plays the same from records as from snapshots`() async throws {
    let policy = try await warmPolicy()
    let group = try await PlayedGroup(Tiny.game, policy, members: 3)
    let kept = try await runner([group], policy)
      .play(
        [ForkGroup(group.episodes)],
        asking: [ForkMonteCarlo { ($0.k, $0.at, $0.stride) = (2, .token, 4) }])
    let read = try JSON.decode([Episode].self, from: JSON.encode(group.episodes))
    let replayed = try await ForkRunner(policy, workers: 2) { _, episode, turn in
      try await Replay.session(of: read[episode], beforeTurn: turn, in: Tiny.game)
    }.play(
      [ForkGroup(read)], asking: [ForkMonteCarlo { ($0.k, $0.at, $0.stride) = (2, .token, 4) }])
    #expect(kept.outcomes == replayed.outcomes)
    #expect(kept.forks.map(\.episode) == replayed.forks.map(\.episode))
  }

  @Test func `leaves records that can be read back`() async throws {
    let policy = try await warmPolicy()
    let group = try await PlayedGroup(Tiny.game, policy, members: 2)
    let report = try await runner([group], policy)
      .play(
        [ForkGroup(group.episodes)],
        asking: [ForkMonteCarlo { ($0.k, $0.at, $0.stride) = (1, .token, 2) }])
    let folder = try TemporaryFolder.created()
    let run = RunRecord(
      command: "train", turnwise: "0", environment: KeyDoor.id, parameters: [:],
      configuration: [:], host: [:])
    let writer = try TraceWriter(folder.url, run: run, replacing: true)
    for fork in report.forks {
      try writer.append(EpisodeRecord(purpose: .fork, episode: fork.episode))
    }
    var reader = try RecordReader<EpisodeRecord>(writer.layout.episodes)
    let records = try reader.readAll()
    #expect(records.map(\.episode) == report.forks.map(\.episode))
    for record in records { #expect(await Replay.verify(record.episode, in: Tiny.game) == nil) }
    var torn = try #require(records.first { $0.episode.parent?.token ?? 0 > 0 })
    torn.episode.parent?.token = 1000
    #expect(torn.problem?.contains("1000 tokens") == true)
  }

  @Test func `asks again where the first answers call for it`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy())
    let estimator = ForkMonteCarlo { ($0.k, $0.adaptive) = (6, .disagreement) }
    let report = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [estimator])
    var counts: Set<Int> = []
    for outcomes in report.outcomes[0].values {
      let returns = outcomes.map { $0.returnToGo() }
      #expect(returns.count == (returns[0] == returns[1] ? 2 : 6))
      counts.insert(returns.count)
    }
    #expect(counts == [2, 6])
    #expect(report.outcomes[0].count == group.episodes.reduce(0) { $0 + $1.turns.count })
  }

  @Test func `leaves the episodes that it forks alone`() async throws {
    let group = try await PlayedGroup(Tiny.game, RandomPolicy(), members: 3)
    let before = try group.histories.map { try $0.snapshots.map { try $0.episode() } }
    _ = try await runner([group], RandomPolicy())
      .play([ForkGroup(group.episodes)], asking: [ForkMonteCarlo { $0.k = 3 }])
    #expect(try group.histories.map { try $0.snapshots.map { try $0.episode() } } == before)
    #expect(try group.histories.map { try $0.session.episode() } == group.episodes)
  }

  // MARK: - Trouble

  @Test func `replaces forks that fail, and reports what keeps failing`() async throws {
    let group = try await PlayedGroup(Brittle(), RandomPolicy(), members: 2)
    let asked = try ForkGroup(group.episodes)
    func report(_ breakage: Double) async throws -> ForkReport {
      try await ForkRunner(RandomPolicy(), workers: 2) { _, episode, turn in
        try await Replay.session(
          of: group.episodes[episode], beforeTurn: turn, in: Brittle(breakage: breakage))
      }.play([asked], asking: [FirstTurns(k: 6)])
    }
    let sound = try await report(0)
    #expect(sound.forks.count == 6)
    let shaken = try await report(0.1)
    let failed = shaken.forks.filter { $0.episode.ending.failure != nil }
    #expect((1...3).contains(failed.count))
    #expect(shaken.forks.count == 6 + failed.count)
    #expect(shaken.outcomes[0].values.allSatisfy { $0.count == 6 })
    #expect(
      shaken.forks.map { $0.episode.parent?.stream }
        == shaken.forks.indices.map { "credit-\($0)" })
    #expect(shaken.turns == shaken.forks.reduce(0) { $0 + $1.episode.turns.count })
    let error = await #expect(throws: ForkError.self) { try await report(1) }
    guard case .failing(let episode, 0, let failure)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(episode == "train/0/0/0" && failure.code == "broken")
    #expect(error?.description.contains("It broke.") == true)
  }

  /// Requests a point that does not exist, or more forks in every round.
  struct Unreasonable: CreditEstimator {
    static let id = "unreasonable", summary = "asks for too much"
    var point: ForkPoint?

    func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] {
      let first = ForkPoint(episode: 0, turn: 0)
      return [ForkRequest(point ?? first, count: 1 + (evidence.forks[first]?.count ?? 0))]
    }

    func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
      FirstTurns().credit(group, evidence: evidence)
    }
  }

  @Test(arguments: [
    ForkPoint(episode: 2, turn: 0), ForkPoint(episode: -1, turn: 0),
    ForkPoint(episode: 0, turn: 99),
    ForkPoint(episode: 0, turn: 0, token: 2), ForkPoint(episode: 0, turn: 0, token: -1),
  ])
  func `refuses points that do not exist`(point: ForkPoint) async throws {
    let group = try await PlayedGroup(Brittle(), RandomPolicy(), members: 2)
    let asked = try ForkGroup(group.episodes)
    await #expect(throws: ForkError.noSuchPoint(point)) {
      try await runner([group], RandomPolicy())
        .play([asked], asking: [Unreasonable(point: point)])
    }
  }

  @Test func `stops where an estimator always wants more`() async throws {
    let group = try await PlayedGroup(Brittle(), RandomPolicy(), members: 2)
    let asked = try ForkGroup(group.episodes)
    await #expect(throws: ForkError.endless(rounds: 16)) {
      try await runner([group], RandomPolicy()).play([asked], asking: [Unreasonable()])
    }
  }

  @Test func `stops when its task is cancelled`() async throws {
    let group = try await PlayedGroup(Brittle(), RandomPolicy(), members: 2)
    let asked = try ForkGroup(group.episodes)
    let runner = runner([group], RandomPolicy())
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await runner.play([asked], asking: [FirstTurns()])
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
  }
}
