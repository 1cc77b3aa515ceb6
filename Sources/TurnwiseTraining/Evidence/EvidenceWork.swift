public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// The context in which a model of evidence is prepared or learns, and its reports.
public struct EvidenceWork: Sendable {
  /// The policy.
  public let policy: LanguagePolicy
  /// The options of the run.
  public let configuration: RunConfiguration
  /// The number of the update in progress, from 1.
  public let update: Int
  /// The estimators that credit the groups, the driving one first.
  public let estimators: [CreditedEstimator]
  /// The most threads, which do not change results.
  public let workers: Int
  /// The spending of the run; add what the model spends.
  public var spending: Spending
  /// The metrics of the update; add those of the model.
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

  /// Plays continuations of the groups that will be credited, and counts what they spend.
  ///
  /// - Parameters:
  ///   - requests: The requests for each group.
  ///   - purpose: The beginning of the names of the random streams; no other kind may use the same.
  /// - Returns: The outcomes of each point, for each group.
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
