import Synchronization
import Testing
import TurnwiseCore

/// Fails the first calls for each episode with a retryable failure, then plays as asked.
private struct Flaky: Policy {
  let name = "flaky"
  let version: String? = "7"
  var feeding: Feeding
  /// How often each situation fails before it is answered.
  var failures: Int
  let calls = Counter()

  final class Counter: Sendable { let seen = Mutex<[String: Int]>([:]) }

  func makeSampler() -> any Sampler { FlakySampler(policy: self) }
}

private struct FlakySampler: Sampler {
  let policy: Flaky

  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>] {
    batch.map { situation in
      let place = "\(situation.episode) \(situation.turns.count)"
      let tries = policy.calls.seen.withLock { seen in
        seen[place, default: 0] += 1
        return seen[place] ?? 0
      }
      guard tries > policy.failures else {
        return .failure(
          Failure(.policy, code: "busy", message: "Come back later.", isRetryable: true))
      }
      var random = situation.random
      let steps = random.chance(0.5) ? 1 : 2
      return .success(
        .act(
          Action(
            text: "go", calls: [ToolCall("go", ["steps": .integer(steps)], id: "call-\(tries)")]),
          message: ModelMessage(
            "<think>up</think> go", finish: .toolCalls,
            usage: TokenUsage(prompt: 20, completion: 5, cached: 10))))
    }
  }

  func forget(_ episode: String) async {}
}

@Suite struct `A policy` {
  private static let feedings: [Feeding] = [.lockStep(rows: 2), .independent(calls: 3)]

  private func play(_ policy: Flaky) async throws -> [Episode] {
    let sessions = try (0..<4).map {
      try Session(Climb(), origin: EpisodeOrigin(seed: 4, split: .train, scenario: $0))
    }
    var rollout = Rollout(.policy(policy), workers: 2)
    rollout.retry = RetryRule(limit: 3, firstDelay: .zero, longestDelay: .zero)
    return try await rollout.play(sessions).map { try $0.episode() }
  }

  @Test(arguments: feedings)
  func `is asked again after a retryable failure, which changes nothing but the count`(
    feeding: Feeding
  ) async throws {
    let steady = try await play(Flaky(feeding: feeding, failures: 0))
    let flaky = try await play(Flaky(feeding: feeding, failures: 2))
    for (one, other) in zip(steady, flaky) {
      #expect(one.ending.failure == nil && other.ending.failure == nil)
      #expect(one.retries == 0 && other.retries == 2 * other.turns.count)
      let words = { (episode: Episode) in episode.turns.map(\.replies) }
      #expect(words(one) == words(other))
    }
  }

  @Test(arguments: feedings) func `that fails too often fails its episode`(feeding: Feeding)
    async throws
  {
    for episode in try await play(Flaky(feeding: feeding, failures: 4)) {
      #expect(episode.ending.failure?.code == "busy")
      #expect(episode.retries == 3 && episode.turns.isEmpty)
    }
  }

  @Test func `is asked again after waits that double up to the longest`() {
    let rule = RetryRule(
      limit: 9, firstDelay: .milliseconds(100), longestDelay: .milliseconds(500))
    #expect((0..<4).map(rule.delay) == [100, 200, 400, 500].map { .milliseconds($0) })
    #expect(rule.delay(beforeRetry: 1_000_000) == .milliseconds(500))
  }

  @Test func `is recorded with its episodes, and so are its messages and the ids of calls`()
    async throws
  {
    let episode = try await play(Flaky(feeding: .independent(calls: 1), failures: 0))[0]
    #expect(episode.policy == PolicyRecord(name: "flaky", version: "7"))
    let turn = try #require(episode.turns.first)
    #expect(turn.message?.text == "<think>up</think> go")
    #expect(turn.message?.finish == .toolCalls)
    #expect(turn.message?.usage == TokenUsage(prompt: 20, completion: 5, cached: 10))
    #expect(turn.action.calls[0].id == "call-1")
    #expect(try JSON.decode(Episode.self, from: JSON.encode(episode)) == episode)
  }

  @Test func `of the scripted expert says how it was played`() async throws {
    let session = try Session<Climb>.climb()
    for (noise, name) in [
      (ExpertNoise.none, "expert"), (ExpertNoise(habit: 0.25, slip: 0), "expert:habit=0.25"),
      (ExpertNoise(habit: 0.25, slip: 0.5), "expert:habit=0.25,slip=0.5"),
    ] {
      let played = await Rollout(.expert(noise), workers: 1).play([session])
      #expect(try played[0].episode().policy == PolicyRecord(name: name))
    }
  }

  @Test func `is not asked for an action that a fork keeps`() async throws {
    let parent = try Session<Climb>.climb()
    let kept = Action.call("go", ["steps": 3])
    let fork = parent.forked("a", beginning: .action(kept))
    #expect(fork.name == "train/0/0/0/0.1-a" && parent.forked("a").name == "train/0/0/0/0-a")
    let policy = Flaky(feeding: .lockStep(rows: 8), failures: 0)
    for feeding in Self.feedings {
      var player = policy
      player.feeding = feeding
      let played = await Rollout(.policy(player), workers: 2).play([fork, parent])
      #expect(played[0].turns[0].action == kept && played[1].turns[0].action != kept)
      #expect(played[0].turns.count > 1 && played[0].turns[1].action != kept)
    }
  }
}

@Suite struct `The dialogue of an episode` {
  @Test func `holds what was told, seen, done and answered, each once`() async throws {
    var session = try Session<Climb>.climb()
    func texts(_ messages: [Message]) -> [String] { messages.map(\.text.string) }
    #expect(texts(session.situation.messages) == [Climb().instructions, "Rung 0 of 9."])
    #expect(texts(session.situation.news) == ["Rung 0 of 9."])
    await session.play(.call("mark", ["word": "x"]))
    // The observation is the same as before, so only the reply is new.
    #expect(texts(session.situation.news) == ["Written."])
    await session.play(Action(text: "??", calls: [], problem: "What?"))
    await session.play(.call("go", ["steps": 2]))
    let messages = session.situation.messages
    #expect(texts(session.situation.news).last == "Rung 2 of 9.")
    #expect(Array(messages.suffix(session.situation.news.count)) == session.situation.news)
    guard case .instructions(_, let tools) = messages[0],
      case .action(let first, nil) = messages[2], case .reply(_, let call) = messages[3],
      case .reply(_, nil) = messages[5]
    else {
      Issue.record("Unexpected messages: \(messages)")
      return
    }
    #expect(tools.map(\.name) == ["finish", "go", "mark"])
    #expect(first.calls == [call])
  }

  @Test func `is the same while it is played and when it is read`() async throws {
    var session = try Session<Climb>.climb()
    for steps in [1, 2] { await session.play(.call("go", ["steps": .integer(steps)])) }
    let played = session.situation.messages
    var episode = try session.episode()
    episode.finalObservation = session.situation.observation.text
    #expect(
      episode.messages(instructions: Climb().instructions, tools: session.situation.tools) == played
    )
  }
}
