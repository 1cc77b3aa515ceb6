public import TurnwiseCore

/// What an audit plays and measures: everything that can change its result beside the policy.
public struct AuditOptions: Codable, Hashable, Sendable {
  /// Where the truth comes from.
  public enum Source: String, Codable, Hashable, Sendable, CaseIterable, WordChoice {
    /// Computed where the environment lists its actions, the tree is small enough, and little is left
    /// open (``AuditOptions/largestBound``); else measured.
    case best
    /// Computed by an ``ExactEvaluator``.
    case exact
    /// Measured by ``ForkTruth``.
    case forks
    /// Measured, and computed, too, to see how far they lie from each other (``TruthAgreement``).
    case both
  }

  /// The seed of everything random.
  public var seed = HexSeed(1)
  /// Where the truth comes from.
  public var truth = Source.best
  /// How many scenarios are played.
  public var scenarios = 16
  /// How many groups are played on each.
  public var groups = 4
  /// How many episodes a group has.
  public var groupSize = 8
  /// The probability under which histories are not followed.
  public var cutoff = 1e-4
  /// The most histories of a scenario.
  public var histories = 100_000
  /// By how much what was not followed may change an advantage, on average over turns, if computed truth
  /// is to be preferred.
  public static let largestBound = 0.05
  /// How many turns are measured by forks.
  public var points = 256
  /// How many continuations leave each side of a measured turn.
  public var forks = 64
  /// How many leave turns of the gold subset.
  public var goldForks = 256
  /// Every so-many-th turn belongs to the gold subset; 0 for none.
  public var goldEvery = 8
  /// How far from 0 an advantage must lie to matter, in units of reward, however well it is known.
  public var negligible = 0.01

  /// The defaults.
  public init() {}
}
