import Testing
import TurnwiseCore
import TurnwiseEnvironments

@Suite struct `The key and door game` {
  @Test func `keeps every law of environments`() async {
    let report = await EnvironmentChecker(KeyDoor()).check()
    #expect(report.violations.isEmpty, "\(report)")
  }

  private func play(_ game: KeyDoor, _ actions: [Action]) async throws -> Session<KeyDoor> {
    var random = Randomness(seed: 3)
    var session = try Session(
      game, scenario: game.scenario(in: .train, using: &random),
      origin: EpisodeOrigin(seed: 3, split: .train, scenario: 0))
    for action in actions { await session.play(action) }
    return session
  }

  @Test func `pays a small reward for leaving at any turn`() async throws {
    for rests in 0..<4 {
      let rest = [Action](repeating: .call("rest"), count: rests)
      let episode = try await play(KeyDoor(), rest + [.call("leave")]).episode()
      #expect(episode.turns.count == rests + 1)
      #expect(episode.totalReward == 0.1)
      #expect(!episode.isSuccess)
    }
  }

  @Test(arguments: [1, 4, 9]) func `takes as many steps as its horizon says`(horizon: Int)
    async throws
  {
    var game = KeyDoor()
    game.horizon = horizon
    let session = try await play(game, [])
    let played = await Rollout(.expert(.none), workers: 1).play([session])
    #expect(played.first?.turns.count == horizon + 3)
    #expect(played.first?.judgement?.success == true)
  }

  /// The value of the uniform policy, by recursion over all choices; each state is visited once per turn.
  private func value(
    _ session: Session<KeyDoor>, _ known: inout [String: Double]
  ) async throws -> Double {
    if session.ending != nil { return try session.episode().totalReward ?? 0 }
    let key = "\(session.turns.count) \(try session.stateKey.hexadecimal)"
    if let value = known[key] { return value }
    let choices = session.situation.observation.choices
    var total = 0.0
    for choice in choices {
      var branch = session
      await branch.play(choice)
      total += try await value(branch, &known)
    }
    known[key] = total / Double(choices.count)
    return total / Double(choices.count)
  }

  @Test func `has exact values that the mean of played episodes matches`() async throws {
    var game = KeyDoor()
    game.horizon = 1
    let session = try await play(game, [])
    var known: [String: Double] = [:]
    let exact = try await value(session, &known)
    let forks = (0..<1500).map { session.forked("\($0)") }
    let played = await Rollout(.policy(RandomPolicy()), workers: 2).play(forks)
    let mean = try played.map { try $0.episode().totalReward ?? 0 }.reduce(0, +) / 1500
    // The standard error of the mean is below 0.5 / √1500 = 0.013.
    #expect(abs(mean - exact) < 0.05)
    #expect(known.count > 20)
  }
}
