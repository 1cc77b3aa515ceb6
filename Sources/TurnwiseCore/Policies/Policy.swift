/// Something that decides what to do next, for many sessions at once.
///
/// A policy is a value; copying it takes a snapshot. What a policy remembers of sessions while it
/// samples (a key-value cache) belongs to the ``Sampler`` made from it.
public protocol Policy: Sendable {
  /// The name in reports and traces, such as `random`.
  var name: String { get }
  /// Which state of a policy that changes this is, such as the number of its updates. Default: nil.
  var version: String? { get }
  /// The temperature that tokens are sampled at; 0 takes the likeliest. Default: nil, for policies that sample
  /// no tokens.
  var temperature: Double? { get }
  /// How the policy wants to be fed.
  var feeding: Feeding { get }
  /// Makes a sampler of the policy as it is now.
  func makeSampler() -> any Sampler
}

extension Policy {
  /// None.
  public var version: String? { nil }
  /// None.
  public var temperature: Double? { nil }
  /// The policy as episodes record it.
  public var record: PolicyRecord {
    PolicyRecord(name: name, version: version, temperature: temperature)
  }
}

/// Which policy played an episode.
public struct PolicyRecord: Codable, Hashable, Sendable {
  /// The policy's name.
  public var name: String
  /// Which state of a policy that changes it was, such as the number of its updates.
  public var version: String?
  /// The temperature that tokens were sampled at; 0 took the likeliest.
  public var temperature: Double?

  /// Describes a policy.
  public init(name: String, version: String? = nil, temperature: Double? = nil) {
    self.name = name
    self.version = version
    self.temperature = temperature
  }

  /// Whether the likeliest tokens were taken, so that the policy drew nothing at random.
  public var isGreedy: Bool { temperature == 0 }
}

/// How a policy wants to be fed.
public enum Feeding: Hashable, Sendable {
  /// With batches of up to this many rows, all of which are answered together.
  case lockStep(rows: Int)
  /// With up to this many calls at once, each for one row.
  case independent(calls: Int)

  /// The most rows of one call.
  public var rows: Int { if case .lockStep(let rows) = self { rows } else { 1 } }
  /// The most calls at once.
  public var calls: Int { if case .independent(let calls) = self { calls } else { 1 } }
}

/// A snapshot of a policy with whatever it caches.
public protocol Sampler: Sendable {
  /// Decides on a batch: one answer for each situation, in order.
  ///
  /// An answer must not depend on what else is in the batch. A call that fails loses its own episode
  /// and no other; after a retryable failure the sampler is asked again (``Rollout/retry``). Where the action is
  /// ``Situation/begun``, only the rest of it is sampled, and its span holds both.
  func decide(_ batch: [Situation]) async -> [Result<Decision, Failure>]

  /// Forgets what is cached of an episode that has ended.
  func forget(_ episode: String) async
}
