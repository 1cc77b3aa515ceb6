import Testing
import TurnwiseCore
import TurnwiseModel
import TurnwiseTraining

@Suite struct `Learning` {
  private func configuration(_ credit: String) -> RunConfiguration {
    Tiny.configuration {
      $0.credit = credit
      $0.imitation.demonstrations = 200
      $0.cloning.steps = 1500
      $0.model.width = 64
      $0.model.layers = 2
      $0.model.feedForward = 96
      $0.cloning.batch = 16
      $0.imitation.habit = 0.8
      $0.imitation.slip = 0
      $0.budget.groups = 8
      $0.budget.groupSize = 8
      $0.budget.updates = 10
      $0.critic.episodes = 32
    }
  }

  private func trainer(_ credit: String) async throws -> Trainer<Switchboard> {
    let configuration = configuration(credit)
    let episodes = try await WarmStart.demonstrations(
      in: Switchboard(), configuration, workers: 2)
    return try Trainer(
      Switchboard(), from: WarmStart(cloning: episodes, configuration, workers: 2), configuration,
      workers: 2)
  }

  @Test(arguments: ["turn", "token"])
  func `makes the clone of a hasty expert read the note`(credit: String) async throws {
    var trainer = try await trainer(credit)
    var rewards: [Double] = []
    while let update = try await trainer.step() {
      rewards.append(update.metrics["train/reward"] ?? 0)
    }
    let (first, last) = (rewards.prefix(1), rewards.suffix(3))
    #expect(first.reduce(0, +) < 0.55, "\(rewards)")
    #expect(last.reduce(0, +) / 3 > 0.75, "\(rewards)")
  }

  @Test func `samples with the probabilities that it trains with`() async throws {
    var trainer = try await trainer("turn")
    for _ in 0..<3 {
      let update = try #require(try await trainer.step())
      #expect(try #require(update.metrics["policy/sampler_gap"]) < 1e-4)
    }
  }
}
