import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseModel
import TurnwiseTrace
import TurnwiseTraining

@Suite struct `Recorded shell episodes` {
  private func play(_ player: Player, count: Int, seed: UInt64) async throws -> [Episode] {
    let sessions = try (0..<count).map { number in
      try Session(Shell(), origin: EpisodeOrigin(seed: seed, split: .heldOut, scenario: number))
    }
    return try await Rollout(player, workers: 2).play(sessions).map { try $0.episode() }
  }

  /// Programs that read the clock or the machine, whose output a replay cannot repeat.
  private static let unrepeatable: Set<Substring> = [
    "date", "free", "mktemp", "ps", "shuf", "top", "uptime", "vmstat", "w", "who",
  ]

  private func isRepeatable(_ episode: Episode) -> Bool {
    episode.turns.allSatisfy { turn in
      // The output of a program until its deadline depends on the machine.
      turn.action.text.string.split { !$0.isLetter }.allSatisfy { !Self.unrepeatable.contains($0) }
        && turn.replies.allSatisfy { !$0.text.string.contains("stopped by the limit on time") }
    }
  }

  /// Returns a policy that has learnt just enough to type partly correct commands.
  private func halfTrained() async throws -> LanguagePolicy {
    let configuration = Tiny.configuration {
      $0.cloning.steps = 100
      $0.cloning.batch = 8
      $0.model.actionTokens = 24
    }
    let episodes = try await WarmStart.demonstrations(in: Shell(), configuration, workers: 2)
    return try WarmStart(cloning: episodes, configuration, workers: 2).policy
  }

  @Test func `replay to the byte, whoever played them`() async throws {
    try await Shell().prepare()
    let noise = ExpertNoise(habit: 0.6, slip: 0.2)
    let episodes =
      try await play(.expert(noise), count: 80, seed: 1)
      + play(.policy(RandomPolicy()), count: 70, seed: 2).filter(isRepeatable).prefix(60)
      + play(.policy(halfTrained()), count: 90, seed: 3).filter(isRepeatable).prefix(60)
    #expect(episodes.count == 200, "too few are repeatable")
    #expect(episodes.allSatisfy { $0.ending.failure == nil })
    #expect(Set(episodes.map(\.family)).count >= 8)
    for episode in episodes {
      let divergence = await Replay.verify(episode, in: Shell())
      let actions = episode.turns.map(\.action.text.string)
      #expect(divergence == nil, "\(divergence.map { "\($0)" } ?? "") after \(actions)")
    }
  }

  @Test func `name the turn that was tampered with`() async throws {
    try await Shell().prepare()
    let played = try await play(.expert(.none), count: 4, seed: 4)
    for (number, episode) in played.enumerated() {
      let turn = number % episode.turns.count
      var tampered = episode
      tampered.turns[turn].replies[0].text.bytes.append(UInt8(ascii: "!"))
      let divergence = await Replay.verify(tampered, in: Shell())
      #expect(divergence?.turn == turn)
      #expect(divergence?.field == .replies)
    }
  }
}
