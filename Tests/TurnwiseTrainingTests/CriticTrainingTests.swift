import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `A critic` {
  static let options: [RunConfiguration.Critic] = [
    RunConfiguration().critic, .with { $0.normalization = true }, .with { $0.head = .categorical },
  ]

  private static func configuration(_ critic: RunConfiguration.Critic) -> RunConfiguration {
    Tiny.configuration {
      ($0.imitation.demonstrations, $0.imitation.slip) = (120, 0)
      $0.imitation.habit = .share(0.3)
      ($0.cloning.steps, $0.model.context, $0.model.actionTokens) = (200, 60, 12)
      ($0.credit, $0.critic) = ("token", critic)
      ($0.critic.demonstrations, $0.critic.rate) = (120, 0.003)
    }
  }

  private func trainer(_ critic: RunConfiguration.Critic) async throws -> Trainer<Corridor> {
    let configuration = Self.configuration(critic)
    let episodes = try await WarmStart.demonstrations(
      in: Corridor(), configuration, workers: 2)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    return try Trainer(Corridor(), from: start, configuration, workers: 2)
  }

  @Test(arguments: options)
  func `learns from demonstrations free of charge, and explains the first returns`(
    _ critic: RunConfiguration.Critic
  ) async throws {
    var trainer = try await trainer(critic)
    #expect(trainer.state.evidence[Critic.self] != nil)
    #expect(trainer.state.spending.trainingTurns == 0 && trainer.state.spending.trainedTokens > 0)
    let update = try #require(try await trainer.step())
    #expect(trainer.state.spending.criticTurns == 0)
    let played = update.episodes.reduce(0) { $0 + $1.episode.turns.count }
    #expect(trainer.state.spending.trainingTurns == played)
    let explained = try #require(update.metrics["critic/explained_variance"])
    #expect(explained > 0.3, "\(explained)")
    #expect(update.metrics["critic/calibration_error"] ?? 1 < 0.2)
  }

  @Test func `is held against the values of turns, too`() async throws {
    var configuration = Self.configuration(RunConfiguration().critic)
    configuration.credit = "turn-gae"
    let episodes = try await WarmStart.demonstrations(
      in: Corridor(), configuration, workers: 2)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    var trainer = try Trainer(Corridor(), from: start, configuration, workers: 2)
    let update = try #require(try await trainer.step())
    #expect(update.metrics["critic/explained_variance"] ?? 0 > 0.3)
  }

  @Test(arguments: options)
  func `goes on from its saved state as if it had not stopped`(
    _ critic: RunConfiguration.Critic
  ) async throws {
    var trainer = try await trainer(critic)
    _ = try #require(try await trainer.step())
    var resumed = try Trainer(
      Corridor(), resuming: TrainerState(trainer.state.saved), trainer.configuration, workers: 1)
    let (first, second) = (try await trainer.step(), try await resumed.step())
    #expect(
      first?.metrics["critic/explained_variance"] == second?.metrics["critic/explained_variance"])
    let isSame = try trainer.state.saved == resumed.state.saved
    #expect(isSame)
  }

  @Test func `learns from fresh episodes where the policy has no demonstrations`() async throws {
    let first = try await trainer(RunConfiguration().critic)
    var configuration = first.configuration
    configuration.critic.episodes = 6
    var trainer = try Trainer(
      Corridor(), from: WarmStart(first.state), configuration, workers: 2)
    #expect(trainer.state.evidence[Critic.self] == nil)
    _ = try #require(try await trainer.step())
    #expect(trainer.state.spending.criticTurns > 0)
  }

  @Test func `is not taught the rewards of the environment where others are credited`()
    async throws
  {
    let configuration = Tiny.configuration {
      ($0.credit, $0.critic.demonstrations) = ("process=potential+token", 8)
    }
    let episodes = try await WarmStart.demonstrations(
      in: Tiny.game, configuration, workers: 2)
    let start = try WarmStart(cloning: episodes, configuration, workers: 2)
    let trainer = try Trainer(Tiny.game, from: start, configuration, workers: 2)
    #expect(trainer.state.evidence[Critic.self] == nil)
  }
}

extension RunConfiguration.Critic {
  static func with(_ change: (inout Self) -> Void) -> Self {
    var critic = RunConfiguration().critic
    change(&critic)
    return critic
  }
}
