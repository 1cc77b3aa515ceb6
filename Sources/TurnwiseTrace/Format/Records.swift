public import TurnwiseCore

/// A line of a trace file.
public protocol TraceRecord: Codable, Sendable {
  /// The version of the format that the record was written in.
  var version: Int { get }
  /// What contradicts itself in a record that was read, if anything does.
  var problem: String? { get }
  /// Adds what an older version of the format did not record, where it can be known.
  mutating func upgrade()
}

extension TraceRecord {
  /// Nothing.
  public var problem: String? { nil }
  /// Adds nothing.
  public mutating func upgrade() {}
}

/// What was run.
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
  /// The options of the command that can change what is run.
  public var configuration: JSONValue
  /// What may differ between equal runs.
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

/// An episode with the credit that estimators gave its turns.
public struct EpisodeRecord: TraceRecord {
  /// What an episode was played for.
  public enum Purpose: String, Codable, Hashable, Sendable, CaseIterable {
    /// `turnwise run` played it, or an audit.
    case run
    /// An update learnt from it.
    case training
    /// It was played on a held-out scenario to measure the policy.
    case evaluation
    /// The warm start imitated it.
    case demonstration
    /// Nothing writes it at present.
    case warmup
    /// It is a continuation of another episode from a fork.
    case fork
  }

  /// The version of the format.
  public var version = TraceLayout.version
  /// What the episode was played for.
  public var purpose: Purpose
  /// The update that the episode was collected for, if it was.
  public var update: Int?
  /// The episode.
  public var episode: Episode
  /// The credit of each turn, by the name of the estimator.
  public var credit: [String: CreditRecord]?
  /// The true credit of each turn, where an audit has found it; `nil` for turns that it left out.
  public var truth: [TurnTruth?]?
  /// What may differ between equal runs.
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

  /// Version 1 records no policy; in its evaluations the episodes of member 1 were played greedily.
  public mutating func upgrade() {
    guard version < 2, purpose == .evaluation, episode.policy == nil else { return }
    episode.policy = PolicyRecord(
      name: "language", temperature: episode.origin.member == 1 ? 0 : 1)
  }
}

/// The credit that one estimator gave the turns of an episode.
public struct CreditRecord: Codable, Hashable, Sendable {
  /// The credit of each turn; the mean over its tokens where they differ.
  public var turns: [FiniteNumber]
  /// The credit of each sampled token of each turn, where it differs within turns.
  public var tokens: [[FiniteNumber]]?

  /// Creates a record.
  public init(turns: [Double], tokens: [[Double]]? = nil) {
    self.turns = turns.map { FiniteNumber($0) }
    self.tokens = tokens?.map { $0.map { FiniteNumber($0) } }
  }
}

/// What was measured at an update, or at an evaluation.
public struct MetricsRecord: TraceRecord {
  /// The version of the format.
  public var version = TraceLayout.version
  /// How many updates were made before.
  public var update: Int
  /// The numbers, by name.
  public var metrics: [String: FiniteNumber]
  /// What may differ between equal runs.
  public var timing: [String: FiniteNumber]?

  /// Creates a record.
  public init(update: Int, metrics: [String: Double], timing: [String: Double]? = nil) {
    self.update = update
    self.metrics = metrics.mapValues { FiniteNumber($0) }
    self.timing = timing?.mapValues { FiniteNumber($0) }
  }

  /// What contradicts itself, if anything does.
  public var problem: String? { update < 0 ? "it is of update \(update)" : nil }
}
