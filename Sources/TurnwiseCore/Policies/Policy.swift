/// Decides the next action, for many sessions at once.
///
/// A policy is a value; copying it takes a snapshot. What it caches of sessions while it samples, such as a
/// key-value cache, belongs to the ``Sampler`` made from it.
public protocol Policy: Sendable {
  /// The name in reports and traces, such as `random`.
  var name: String { get }
  /// The version of a policy that changes, such as the number of its updates. Default: nil.
  var version: String? { get }
  /// The sampling temperature; 0 takes the most likely tokens. Default: nil, for policies that sample no
  /// tokens.
  var temperature: Double? { get }
  /// How the policy receives situations.
  var feeding: Feeding { get }
  /// Creates a sampler from a snapshot of the policy.
  func makeSampler() -> any Sampler
}

extension Policy {
  /// No version.
  public var version: String? { nil }
  /// No temperature.
  public var temperature: Double? { nil }
  /// The policy as episodes record it.
  public var record: PolicyRecord {
    var record = PolicyRecord(name: name, version: version, temperature: temperature)
    if let policy = self as? any Encodable, let options = try? Parameters.settings(of: policy),
      !options.isEmpty
    {
      record.options = options
    }
    return record
  }
}

/// Which policy played an episode.
public struct PolicyRecord: Codable, Hashable, Sendable {
  /// The policy's name.
  public var name: String
  /// The version of a policy that changes, such as the number of its updates.
  public var version: String?
  /// The sampling temperature; 0 took the most likely tokens.
  public var temperature: Double?
  /// The options of a policy that is `Codable`: its stored properties.
  public var options: [String: JSONValue]?

  /// Describes a policy.
  public init(
    name: String, version: String? = nil, temperature: Double? = nil,
    options: [String: JSONValue]? = nil
  ) {
    self.name = name
    self.version = version
    self.temperature = temperature
    self.options = options
  }

  /// Whether the most likely tokens were taken, so that the policy drew no random numbers.
  public var isGreedy: Bool { temperature == 0 }
}

/// How a policy receives situations.
public enum Feeding: Hashable, Sendable {
  /// In batches of up to this many rows, all of which are answered together.
  case lockStep(rows: Int)
  /// In up to this many concurrent calls, each with one row.
  case independent(calls: Int)

  /// The most rows of one call.
  public var rows: Int { if case .lockStep(let rows) = self { rows } else { 1 } }
  /// The most concurrent calls.
  public var calls: Int { if case .independent(let calls) = self { calls } else { 1 } }
}

/// A snapshot of a policy with its caches.
public protocol Sampler: Sendable {
  /// Decides on a batch: one answer for each situation, in order.
  ///
  /// An answer must not depend on the rest of the batch. A failure ends only its own episode; after a
  /// retryable failure the sampler is asked again (``Rollout/retry``). If the action has already begun
  /// (``Situation/begun``), only the rest of it is sampled, and its span contains both parts.
  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>]

  /// Removes what is cached of an episode that has ended.
  func forget(_ episode: String) async
}
