public import TurnwiseCore

/// A line of a trace file.
public protocol TraceRecord: Codable, Sendable {
  /// The version of the format in which the record was written.
  var version: Int { get }
  /// The first inconsistency of a record that was read; nil if there is none.
  var problem: String? { get }
  /// Adds what an older version of the format did not record, if it can be inferred.
  mutating func upgrade()
}

extension TraceRecord {
  /// No inconsistency.
  public var problem: String? { nil }
  /// Adds nothing.
  public mutating func upgrade() {}
}

/// The description of a run, in `run.json`.
public struct RunRecord: TraceRecord {
  /// The version of the format.
  public var version = TraceLayout.version
  /// The command that wrote the run, such as `train`.
  public var command: String
  /// The version of Turnwise.
  public var turnwise: String
  /// The environment's `id`.
  public var environment: String
  /// The environment's parameters.
  public var parameters: [String: JSONValue]
  /// The options of the command that can change the results.
  public var configuration: JSONValue
  /// Facts about the machine, which may differ between otherwise equal runs.
  public var host: [String: JSONValue]

  /// Creates a record.
  public init(
    command: String, turnwise: String, environment: String, parameters: [String: JSONValue],
    configuration: JSONValue, host: [String: JSONValue]
  ) {
    self.command = command
    self.turnwise = turnwise
    self.environment = environment
    self.parameters = parameters
    self.configuration = configuration
    self.host = host
  }
}

/// An episode with the credit of its turns.
public struct EpisodeRecord: TraceRecord {
  /// The purpose for which an episode was played.
  public enum Purpose: String, Codable, Hashable, Sendable, CaseIterable {
    /// It was played by `turnwise run` or an audit.
    case run
    /// An update learned from it.
    case training
    /// It was played on a held-out scenario to evaluate the policy.
    case evaluation
    /// The warm start imitated it.
    case demonstration
    /// It continues another episode from a fork.
    case fork
  }

  /// The version of the format.
  public var version = TraceLayout.version
  /// The purpose for which the episode was played.
  public var purpose: Purpose
  /// The update for which the episode was collected, if any.
  public var update: Int?
  /// The episode.
  public var episode: Episode
  /// The credit of each turn, by the name of the estimator.
  public var credit: [String: CreditRecord]?
  /// The true credit of each turn, if an audit has computed it; `nil` for turns that the audit left out.
  public var truth: [TurnTruth?]?
  /// Measured times, which may differ between otherwise equal runs.
  public var timing: [String: FiniteNumber]?

  /// Creates a record.
  public init(
    purpose: Purpose, update: Int? = nil, episode: Episode,
    credit: [String: CreditRecord]? = nil, truth: [TurnTruth?]? = nil,
    timing: [String: FiniteNumber]? = nil
  ) {
    self.purpose = purpose
    self.update = update
    self.episode = episode
    self.credit = credit
    self.truth = truth
    self.timing = timing
  }

  /// Adds the policy of evaluations in version 1, which played the episodes of member 1 greedily.
  public mutating func upgrade() {
    guard version < 2, purpose == .evaluation, episode.policy == nil else { return }
    episode.policy = PolicyRecord(
      name: "language", temperature: episode.origin.member == 1 ? 0 : 1)
  }
}

/// The credit that one estimator gave the turns of an episode.
public struct CreditRecord: Codable, Hashable, Sendable {
  /// The credit of each turn; the mean over its tokens if their credit differs.
  public var turns: [FiniteNumber]
  /// The credit of each sampled token of each turn, if it differs within turns.
  public var tokens: [[FiniteNumber]]?

  /// Creates a record.
  public init(turns: [Double], tokens: [[Double]]? = nil) {
    self.turns = turns.map { FiniteNumber($0) }
    self.tokens = tokens?.map { $0.map { FiniteNumber($0) } }
  }
}

/// The metrics of an update or an evaluation.
public struct MetricsRecord: TraceRecord {
  /// The version of the format.
  public var version = TraceLayout.version
  /// The number of earlier updates.
  public var update: Int
  /// The values by their names.
  public var metrics: [String: FiniteNumber]
  /// Measured times, which may differ between otherwise equal runs.
  public var timing: [String: FiniteNumber]?

  /// Creates a record.
  public init(update: Int, metrics: [String: Double], timing: [String: Double]? = nil) {
    self.update = update
    self.metrics = metrics.mapValues { FiniteNumber($0) }
    self.timing = timing?.mapValues { FiniteNumber($0) }
  }

  /// The first inconsistency; nil if there is none.
  public var problem: String? { update < 0 ? "its update is \(update)" : nil }
}
