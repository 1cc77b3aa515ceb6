import Testing
import TurnwiseCore
import TurnwiseEnvironments
import TurnwiseModel
import TurnwiseTraining

@Suite struct `Learning` {
  /// The mean reward of the last updates of a run that starts from a shortcut-prone clone.
  private func rewards(credit: String) async throws -> (first: Double, last: Double) {
    let configuration = Tiny.configuration {
      $0.credit = credit
      $0.demonstrations = 300
      $0.cloningSteps = 250
      $0.cloningBatch = 16
      $0.layers = 2
      $0.habit = 0.8
      $0.slip = 0
      $0.groups = 8
      $0.groupSize = 8
      $0.updates = 12
      $0.learningRate = 2e-3
      $0.klWeight = 0
    }
    var trainer = try Trainer(
      Tiny.game, from: await Tiny.warmStart(configuration), configuration, workers: 2)
    var rewards: [Double] = []
    while let update = try await trainer.step() {
      rewards.append(update.metrics["train/reward"] ?? 0)
    }
    func mean(_ values: ArraySlice<Double>) -> Double { values.reduce(0, +) / Double(values.count) }
    return (mean(rewards.prefix(2)), mean(rewards.suffix(2)))
  }

  @Test func `by turn credit makes a clone of a hasty expert read the sign`() async throws {
    let (first, last) = try await rewards(credit: "turn")
    #expect(first < 0.6, "\(first) → \(last)")
    #expect(last > first + 0.2, "\(first) → \(last)")
  }
}
