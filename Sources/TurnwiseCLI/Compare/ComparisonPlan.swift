internal import Foundation
internal import Turnwise

/// The work of a comparison, and how long it should take on this machine.
struct ComparisonPlan {
  let text: String

  /// Plays a few expert episodes and takes a few steps of imitation to measure the speed of the machine.
  ///
  /// If recorded episodes are imitated, a random policy plays instead of the expert.
  init<E: Environment>(
    _ environment: E, _ options: ComparisonOptions, workers: Int, recorded: [Episode]? = nil
  ) async throws {
    let configuration = options.training
    var sample = configuration
    sample.imitation.demonstrations = 8 * workers
    let clock = ContinuousClock()
    var mark = clock.now
    let played =
      recorded == nil
      ? try await WarmStart.demonstrations(in: environment, sample, workers: workers)
      : try await Self.chance(in: environment, sample, workers: workers)
    let playedTurns = Double(max(1, played.reduce(0) { $0 + $1.turns.count }))
    let turnSeconds = (clock.now - mark) / .seconds(1) / playedTurns
    let episodes = recorded.map { Array($0.prefix(sample.imitation.demonstrations)) } ?? played
    let turns = Double(max(1, episodes.reduce(0) { $0 + $1.turns.count }))
    // The difference of two measurements, so that work done once is not counted for every step.
    let steps = [1, 31]
    let seconds = try steps.map { count in
      sample.cloning.steps = count
      mark = clock.now
      _ = try WarmStart(cloning: episodes, sample, workers: workers)
      return (clock.now - mark) / .seconds(1)
    }
    let stepSeconds = max(0, seconds[1] - seconds[0]) / Double(steps[1] - steps[0])

    let length = turns / Double(episodes.count)
    // What is imitated as one piece.
    let contexts = Double(max(1, episodes.reduce(0) { $0 + $1.contexts.count }))
    // A turn of training is sampled, scored, and used to train policy and critic.
    let modelSeconds = 3 * stepSeconds / (Double(configuration.cloning.batch) * turns / contexts)
    // The largest update, because runs end after whole updates.
    let batch = Double(options.batches.map { $0.groups * $0.groupSize }.max() ?? 1)
    let updateTurns = batch * length
    let limit = Double(configuration.budget.updates) * updateTurns
    let runTurns =
      configuration.budget.turns > 0 ? min(Double(configuration.budget.turns), limit) : limit
    let updates = (runTurns / updateTurns).rounded(.up)
    let evaluation = configuration.evaluation
    let evaluations =
      evaluation.turns > 0
      ? (runTurns / Double(evaluation.turns)).rounded(.down) + 2
      : (updates / Double(evaluation.every)).rounded(.down) + 2
    let evaluationTurns = evaluations * Double(evaluation.episodes) * length
    let (variants, seeds) = (options.variants.count, options.seeds)
    let runs = Double(variants * seeds)
    let warmTurns =
      recorded == nil ? Double(configuration.imitation.demonstrations) * turns / contexts : 0
    let criticTurns = Double(configuration.critic.episodes) * length
    let total = warmTurns + runs * (runTurns + evaluationTurns + criticTurns)
    let expected =
      warmTurns * turnSeconds
      + Double(seeds * configuration.cloning.steps) * stepSeconds
      + runs * (runTurns + evaluationTurns + criticTurns) * (turnSeconds + modelSeconds)
    text = """
      \(E.id): \(Words.count(options.estimators.count, "estimator"))\(options.axes) × \
      \(Words.count(seeds, "seed")) = \
      \(Self.whole(runs)) runs of \(Self.whole(runTurns)) environment turns, about \
      \(Self.whole(updates)) updates each
      in all about \(Self.whole(total)) turns, with demonstrations and evaluations; \
      expected: \(Self.minutes(expected)) on \(workers) workers
      """
  }

  /// Formats a count, which may be larger than any integer.
  private static func whole(_ count: Double) -> String { String(format: "%.0f", count) }

  private static func chance<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, workers: Int
  ) async throws -> [Episode] {
    let sessions = try (0..<configuration.imitation.demonstrations).map {
      try Session(environment, origin: EpisodeOrigin(seed: 0, split: .train, scenario: $0))
    }
    return try await Rollout(.policy(RandomPolicy()), workers: workers).play(sessions).map {
      try $0.episode(scenario: .null)
    }
  }

  private static func minutes(_ seconds: Double) -> String {
    seconds < 90
      ? "\(Int(seconds.rounded())) seconds" : String(format: "%.0f minutes", seconds / 60)
  }
}
