internal import Turnwise

/// Times turns of a text game through ``Session``, on one thread and without a model.
///
/// Each turn is recorded and judged and has its random stream, as in a run. The answer goes
/// straight to the player, as it does in the loops that this is compared with, so no time is spent
/// on describing situations.
enum EnvironmentBenchmark {
  private static let episodes = 10_000
  /// Two games, each with and without keys of states.
  static let rows = 4

  /// Times both games, each with and without keys of states.
  ///
  /// - Throws: `CancellationError`.
  static func measure(
    _ plan: BenchmarkPlan, _ bar: ProgressBar
  ) async throws -> [BenchmarkResult] {
    var results: [BenchmarkResult] = []
    for keys in [false, true] {
      results.append(
        try await row(keys ? "text, state keys" : "text", plan, bar) {
          try await play(BisectionGame(), keys: keys, BisectionGame.action)
        })
    }
    for keys in [false, true] {
      results.append(
        try await row(keys ? "toolbox, state keys" : "toolbox", plan, bar) {
          try await play(TypedBisectionGame(), keys: keys, TypedBisectionGame.action)
        })
    }
    return results
  }

  private static func row(
    _ via: String, _ plan: BenchmarkPlan, _ bar: ProgressBar, _ turns: () async throws -> Int
  ) async throws -> BenchmarkResult {
    let samples = try await plan.time(warmUps: 1, bar, "environment, \(via)", turns)
    return BenchmarkResult(
      work: .environment, threads: 1, turnsPerSecond: samples.cpuTokensPerSecond, via: via)
  }

  /// Plays episodes to their ends, and returns the number of turns.
  private nonisolated(nonsending) static func play<E: Environment>(
    _ environment: E, keys: Bool, _ action: (Int) -> Action
  ) async throws -> Int where E.Scenario == Int {
    var turns = 0
    for episode in 0..<episodes {
      var session = try Session(
        environment, scenario: (episode &* 2_654_435_761) & 127,
        origin: EpisodeOrigin(seed: 1, split: .train, scenario: episode))
      session.recordsStateKeys = keys
      var player = BisectingPlayer()
      var answer: Text?
      while session.ending == nil {
        await session.play(action(player.guess(after: answer)))
        answer = session.turns[session.turns.endIndex - 1].replies[0].text
      }
      turns += session.turns.count
    }
    return turns
  }
}
