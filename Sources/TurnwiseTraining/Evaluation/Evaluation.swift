public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseModel

/// The performance of a policy on scenarios.
public struct Evaluation: Codable, Hashable, Sendable {
  /// The share of judged episodes that succeeded.
  public var success: Double
  /// What tells how well the episodes went; `nil` means success.
  public var measure: Judgement.Measure?
  /// The mean total reward.
  public var reward: Double
  /// The mean number of turns.
  public var turns: Double
  /// The mean score, by family.
  public var families: [String: Double]
  /// The number of episodes that were played to an end.
  public var count: Int

  /// Summarizes judged episodes; failed ones say nothing about the policy and are left out.
  public init(_ episodes: [Episode]) {
    let judged = episodes.filter { $0.judgement?.success != nil }
    count = judged.count
    let size = Double(max(1, judged.count))
    success = Double(judged.count(where: \.isSuccess)) / size
    reward = judged.reduce(0) { $0 + ($1.totalReward ?? 0) } / size
    turns = Double(judged.reduce(0) { $0 + $1.turns.count }) / size
    families = Dictionary(grouping: judged, by: \.family).mapValues { family in
      family.reduce(0) { $0 + ($1.score ?? 0) } / Double(family.count)
    }
    measure = judged.lazy.compactMap(\.judgement?.measure).first
  }

  /// The mean score of the episodes (`Episode.score`): the share that succeeded, or the mean return where
  /// that is the measure.
  public var score: Double { measure == .return ? reward : success }

  /// What the score is, in one word: `success` or `return`.
  public var scoreName: String { (measure ?? .success).rawValue }

  /// Returns the numbers by name, for metrics.
  public func metrics(_ prefix: String) -> [String: Double] {
    var metrics = [
      "\(prefix)/success": success, "\(prefix)/reward": reward, "\(prefix)/turns": turns,
      "\(prefix)/episodes": Double(count),
    ]
    if measure == .return { metrics["\(prefix)/score"] = score }
    for (family, share) in families { metrics["\(prefix)/family/\(family)"] = share }
    return metrics
  }

  /// Plays a policy on held-out scenarios or on training scenarios.
  ///
  /// The scenarios and the random streams depend on the seed alone, so policies that are compared
  /// play the same tasks with the same random numbers.
  ///
  /// - Parameters:
  ///   - policy: The policy.
  ///   - environment: The environment.
  ///   - episodes: The number of scenarios.
  ///   - seed: The seed that chooses the scenarios and the random streams.
  ///   - member: The number of the episodes in their groups. Episodes with another number have
  ///     other names and random streams.
  ///   - split: The split that the scenarios belong to.
  ///   - workers: The most environment steps that run at once.
  /// - Returns: The episodes.
  /// - Throws: What the environment's `start` throws, `CancellationError`, or
  ///   ``TrainingError/everyEpisodeFailed(_:)`` if all episodes failed or none was scored: a score
  ///   must not come from failures of the machinery, nor from a judge without verdicts.
  public static func play<E: Environment>(
    _ policy: any Policy, in environment: E, episodes: Int, seed: UInt64, member: Int = 0,
    split: Split = .heldOut, workers: Int
  ) async throws -> [Episode] {
    let sessions = try (0..<episodes).map { number in
      try Session(
        environment,
        origin: EpisodeOrigin(seed: seed, split: split, scenario: number, member: member))
    }
    let played = await Rollout(.policy(policy), workers: workers).play(sessions)
    try Task.checkCancellation()
    if let failure = played.first?.ending?.failure,
      played.allSatisfy({ $0.ending?.failure != nil })
    {
      throw TrainingError.everyEpisodeFailed(failure)
    }
    let recorded = try played.map { try $0.episode() }
    let selection = EpisodeSelection(recorded)
    if selection.creditable.isEmpty, selection.unjudged.count > 0,
      let failure = selection.firstFailure(of: recorded)
    {
      throw TrainingError.everyEpisodeFailed(failure)
    }
    return recorded
  }

  /// Plays a language policy on held-out scenarios, sampled at temperature 1 or greedily.
  ///
  /// - Throws: As ``play(_:in:episodes:seed:member:split:workers:)``.
  public static func play<E: Environment>(
    _ policy: LanguagePolicy, greedily: Bool, in environment: E, episodes: Int, seed: UInt64,
    workers: Int
  ) async throws -> [Episode] {
    try await play(
      policy.sampling(temperature: greedily ? 0 : 1, workers: workers), in: environment,
      episodes: episodes, seed: seed, member: greedily ? 1 : 0, workers: workers)
  }
}
