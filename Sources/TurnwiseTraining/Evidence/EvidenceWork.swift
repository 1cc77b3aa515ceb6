public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// What a model of evidence works with while it is prepared or learns, and where it reports.
public struct EvidenceWork: Sendable {
  /// The policy.
  public let policy: LanguagePolicy
  /// The options of the run.
  public let configuration: RunConfiguration
  /// The number of the update in progress, from 1.
  public let update: Int
  /// The estimators that credit the groups, the driving one first.
  public let estimators: [CreditedEstimator]
  /// The most threads, which change no result.
  public let workers: Int
  /// What the run has spent; add what the model spends.
  public var spending: Spending
  /// The metrics of the update; add what the model measures.
  public var metrics: [String: Double] = [:]
  /// The forks that were played, for the trace.
  var forks: [Episode] = []

  let player: @Sendable ([EpisodeOrigin]) async throws -> [Episode]
  let forkPlayer: @Sendable ([[ForkRequest]], _ purpose: String) async throws -> ForkReport

  /// The source of the model's random streams.
  public var random: Randomness { Randomness(seed: configuration.seed.value) }

  /// Whether the driving estimator needs a kind of evidence, so that the run pays for its turns.
  public func isDriven(by need: Evidence.Need) -> Bool {
    estimators.first?.estimator.needs.contains(need) ?? false
  }

  /// Plays fresh episodes with the policy.
  ///
  /// - Returns: The episodes, failed ones included. Their turns and tokens are not counted yet.
  /// - Throws: `CancellationError`, and what the environment throws at the start of an episode.
  public func play(_ origins: [EpisodeOrigin]) async throws -> [Episode] {
    try await player(origins)
  }

  /// Plays continuations of the groups that are about to be credited, and counts what they spend.
  ///
  /// - Parameters:
  ///   - requests: What is asked of each group.
  ///   - purpose: What the names of the random streams begin with; no other kind may use the same.
  /// - Returns: For each group the outcomes of each point.
  /// - Throws: `CancellationError`, a ``ForkError``, a `CreditError`.
  public mutating func playForks(
    _ requests: [[ForkRequest]], purpose: String
  ) async throws -> [[ForkPoint: [ForkOutcome]]] {
    let report = try await forkPlayer(requests, purpose)
    spending.charge(report)
    forks += report.forks.map(\.episode)
    return report.outcomes
  }
}
