public import TurnwiseCore

/// A few expert episodes at each of several levels of the habit, from which one level is chosen.
///
/// An expert that always succeeds leaves nothing to learn by reinforcement, and one that nearly
/// always fails shows nothing worth imitating. The level whose score is nearest ``target`` is
/// chosen. The scenarios and the random numbers of the expert are the same at all levels and come
/// from the seed of the demonstrations, so runs of all seeds choose the same level.
public struct HabitPilot: Codable, Hashable, Sendable {
  /// The results of the expert at one level.
  public struct Level: Codable, Hashable, Sendable {
    /// The probability of the habit.
    public var habit: Double
    /// The mean score of judged episodes (`Episode.score`), mostly the share that succeeded.
    public var success: Double
    /// The mean number of turns.
    public var turns: Double
    /// The share of turns that were refused.
    public var refused: Double
    /// The number of episodes that were judged.
    public var episodes: Int

    init(habit: Double, _ played: [Episode]) {
      let evaluation = Evaluation(played)
      let all = played.flatMap(\.turns)
      self.habit = habit
      (success, turns, episodes) = (evaluation.score, evaluation.turns, evaluation.count)
      refused = Double(all.count(where: \.isRefused)) / Double(max(1, all.count))
    }
  }

  /// The score that demonstrations should have.
  public static let target = 0.5
  /// The levels that are tried.
  public static let habits = [0, 0.15, 0.3, 0.5, 0.65]
  /// The number of episodes that are played at each level, or of their `Episode.contexts`.
  public static let episodes = 48

  /// The levels that were played, by rising habit.
  public var levels: [Level]
  /// The environment turns that were played.
  public var playedTurns: Int
  /// What tells how well the episodes went; `nil` means success.
  public var measure: Judgement.Measure?

  /// Whether any episode was judged; if not, the lowest level is chosen.
  public var isJudged: Bool { levels.contains { $0.episodes > 0 } }

  /// The level whose score is nearest the target; the lowest of equals.
  public var chosen: Level {
    levels.min { abs($0.success - Self.target) < abs($1.success - Self.target) } ?? levels[0]
  }

  /// The level with the highest score.
  public var best: Level { levels.max { $0.success < $1.success } ?? levels[0] }

  /// Whether the habit makes no difference.
  public var isWithoutHabit: Bool { levels.dropFirst().allSatisfy { $0.isLike(levels[0]) } }

  /// Plays the pilot.
  ///
  /// - Parameters:
  ///   - environment: An environment with an expert.
  ///   - configuration: The options that choose the scenarios and how often the expert slips.
  ///   - workers: The most environment steps that run at once.
  ///   - onEpisode: Called when an episode has ended.
  /// - Throws: As ``WarmStart/demonstrations(in:_:workers:onEpisode:onKnowledge:)``.
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
      let played = try await WarmStart.play(
        sessions, contexts: Self.episodes, noise, workers: workers
      ) { _ in onEpisode() }
      let episodes = try played.filter { $0.ending?.failure == nil }.map {
        try $0.episode(scenario: .null)
      }
      if episodes.isEmpty, let failure = played.first?.ending?.failure { throw failure }
      levels.append(Level(habit: habit, episodes))
      measure = Evaluation(episodes).measure
      playedTurns += episodes.reduce(0) { $0 + $1.turns.count }
    }
  }
}

extension HabitPilot.Level {
  fileprivate func isLike(_ other: Self) -> Bool {
    (success, turns, refused) == (other.success, other.turns, other.refused)
  }
}
