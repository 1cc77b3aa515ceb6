public import TurnwiseCore

/// The options of an audit: everything that can change its result besides the policy.
public struct AuditOptions: Codable, Hashable, Sendable {
  /// The source of the true advantages.
  public enum Source: String, Codable, Hashable, Sendable, CaseIterable, WordChoice {
    /// Computed if the environment lists its actions, the tree is small enough, and few histories
    /// are not followed (``AuditOptions/largestBound``); else measured.
    case best
    /// Computed by an ``ExactEvaluator``.
    case exact
    /// Measured by ``ForkTruth``.
    case forks
    /// Measured by a ``ForkTruth`` whose continuations end with the sub-task of the turn: for sub-tasks that
    /// have no effect on each other.
    case subtask
    /// Measured and also computed, to compare the two (``TruthAgreement``).
    case both

    /// Whether chosen turns are measured by continuations, and others have no truth.
    var isMeasured: Bool { self == .forks || self == .subtask }
  }

  /// The seed of all random numbers.
  public var seed = HexSeed(1)
  /// The source of the true advantages.
  public var truth = Source.best
  /// The number of scenarios that are played.
  public var scenarios = 16
  /// The number of groups that are played on each scenario.
  public var groups = 4
  /// The number of episodes in a group.
  public var groupSize = 8
  /// The probability below which histories are not followed.
  public var cutoff = 1e-4
  /// The largest number of histories of a scenario.
  public var histories = 100_000
  /// The largest mean change of an advantage, over turns, that histories that were not followed
  /// could make if computed truth is to be preferred.
  public static let largestBound = 0.05
  /// The number of turns that are measured by forks.
  public var points = 256
  /// The number of continuations from each side of a measured turn.
  public var forks = 64
  /// The number of continuations from each side of a turn of the gold subset.
  public var goldForks = 256
  /// The interval between turns of the gold subset; 0 for no gold turns.
  public var goldEvery = 8
  /// The absolute advantage up to which a turn does not matter, in units of reward, however well it
  /// is known.
  public var negligible = 0.01

  /// Creates the defaults.
  public init() {}
}
