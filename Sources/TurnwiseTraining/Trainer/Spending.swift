/// The counts of what a run has spent.
public struct Spending: Codable, Hashable, Sendable {
  /// Environment turns of training episodes, and of the other needs of the driving estimator.
  public var trainingTurns = 0
  /// Environment turns of evaluations, which no estimator learns from.
  public var evaluationTurns = 0
  /// Environment turns of demonstrations.
  public var demonstrationTurns = 0
  /// Environment turns that a critic was fitted to before the first update.
  ///
  /// They are part of `trainingTurns` if the driving estimator needs a critic.
  public var criticTurns = 0
  /// Environment turns of forks, which are part of `trainingTurns`.
  public var forkTurns = 0
  /// Tokens sampled in training episodes and forks.
  public var sampledTokens = 0
  /// Tokens scored by models of evidence, by the reference, and by the policy outside its steps.
  public var scoredTokens = 0
  /// Tokens passed forward and backward.
  public var trainedTokens = 0
  /// Episodes that failed and were left out.
  public var failedEpisodes = 0
  /// Episodes that were played to an end and not scored, and were left out (`EpisodeSelection`).
  public var unjudgedEpisodes = 0
  /// Groups without two episodes to compare, which were left out.
  public var droppedGroups = 0
  /// Groups that were played in full and that the filter left out; their turns are part of
  /// `trainingTurns`.
  public var filteredGroups = 0

  /// Creates counts of 0.
  public init() {}

  /// Counts the turns and tokens of forks.
  mutating func charge(_ report: ForkReport) {
    trainingTurns += report.turns
    forkTurns += report.turns
    sampledTokens += report.sampledTokens
  }

  /// The counts by name, for metrics.
  public var metrics: [String: Double] {
    [
      "spent/training_turns": Double(trainingTurns),
      "spent/evaluation_turns": Double(evaluationTurns),
      "spent/demonstration_turns": Double(demonstrationTurns),
      "spent/critic_turns": Double(criticTurns),
      "spent/fork_turns": Double(forkTurns),
      "spent/sampled_tokens": Double(sampledTokens),
      "spent/scored_tokens": Double(scoredTokens),
      "spent/trained_tokens": Double(trainedTokens),
      "spent/failed_episodes": Double(failedEpisodes),
      "spent/unjudged_episodes": Double(unjudgedEpisodes),
      "spent/dropped_groups": Double(droppedGroups),
      "spent/filtered_groups": Double(filteredGroups),
    ]
  }
}
