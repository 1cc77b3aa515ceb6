public import TurnwiseCore

/// A few expert episodes at each of several levels of the habit, from which one level is chosen.
///
/// An expert that always succeeds leaves nothing to learn by reinforcement, and one that nearly always
/// fails shows nothing worth imitating. The level whose success is nearest ``target`` is chosen. The
/// scenarios and the luck of the expert are the same at all levels, and come from the seed of the
/// demonstrations, so that runs of all seeds choose the same.
public struct HabitPilot: Codable, Hashable, Sendable {
  /// What the expert did at one level.
  public struct Level: Codable, Hashable, Sendable {
    /// The probability of the habit.
    public var habit: Double
    /// The share of judged episodes that succeeded.
    public var success: Double
    /// The mean number of turns.
    public var turns: Double
    /// The share of turns that were refused.
    public var refused: Double
    /// How many episodes were judged.
    public var episodes: Int

    init(habit: Double, _ played: [Episode]) {
      let evaluation = Evaluation(played)
      let all = played.flatMap(\.turns)
      self.habit = habit
      (success, turns, episodes) = (evaluation.success, evaluation.turns, evaluation.count)
      refused = Double(all.count(where: \.isRefused)) / Double(max(1, all.count))
    }
  }

  /// The share of demonstrations that should succeed.
  public static let target = 0.5
  /// The levels that are tried.
  public static let habits = [0, 0.15, 0.3, 0.5, 0.65]
  /// How many episodes are played at each level.
  public static let episodes = 48

  /// What was seen, by rising habit.
  public var levels: [Level]
  /// The environment turns that were played.
  public var playedTurns: Int

  /// Whether the environment says of any episode whether it succeeded; if not, the lowest level is chosen.
  public var isJudged: Bool { levels.contains { $0.episodes > 0 } }

  /// Where success is nearest the target; the lowest of equals.
  public var chosen: Level {
    levels.min { abs($0.success - Self.target) < abs($1.success - Self.target) } ?? levels[0]
  }

  /// The expert at its best.
  public var best: Level { levels.max { $0.success < $1.success } ?? levels[0] }

  /// Whether the habit makes no difference at all.
  public var isWithoutHabit: Bool { levels.dropFirst().allSatisfy { $0.isLike(levels[0]) } }

  /// Plays the pilot.
  ///
  /// - Parameters:
  ///   - environment: An environment with an expert.
  ///   - configuration: Says which scenarios, and how often the expert slips.
  ///   - workers: How many environment steps run at once.
  ///   - onEpisode: Called when an episode has ended.
  /// - Throws: As ``WarmStart/demonstrations(in:_:workers:onEpisode:onKnowledge:file:line:)``.
  public init<E: Environment>(
    in environment: E, _ configuration: RunConfiguration, workers: Int,
    onEpisode: @escaping @Sendable () -> Void = {}
  ) async throws {
    let (sessions, _) = try WarmStart.knownSessions(
      in: environment, configuration, most: Self.episodes)
    levels = []
    playedTurns = 0
    for habit in Self.habits {
      let noise = ExpertNoise(habit: habit, slip: configuration.imitation.slip)
      let rollout = Rollout(.expert(noise), workers: workers) { if $0 { onEpisode() } }
      let played = await rollout.play(sessions)
      try Task.checkCancellation()
      let episodes = try played.filter { $0.ending?.failure == nil }.map {
        try $0.episode(scenario: .null)
      }
      if episodes.isEmpty, let failure = played.first?.ending?.failure { throw failure }
      levels.append(Level(habit: habit, episodes))
      playedTurns += episodes.reduce(0) { $0 + $1.turns.count }
    }
  }
}

extension HabitPilot.Level {
  fileprivate func isLike(_ other: Self) -> Bool {
    (success, turns, refused) == (other.success, other.turns, other.refused)
  }
}
