public import TurnwiseCore

extension RunConfiguration {
  /// The length of training, and the number of episodes for each update.
  public struct Budget: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Budget"

    /// The largest number of updates.
    @Option<StepCount<0>>("The most updates.")
    public var updates = 20
    /// The number of environment turns after which no further update starts; 0 for no limit.
    @Option<StepCount<0>>("No update starts after this many environment turns; 0 for no limit.")
    public var turns = 0
    /// The number of scenarios of an update.
    @Option<KeptCount<1>>("Scenarios of an update.")
    public var groups = 8
    /// The number of episodes on each scenario.
    @Option<KeptCount<2>>("Episodes on each scenario.")
    public var groupSize = 8
  }

  /// The times and scenarios at which the policy is evaluated.
  public struct Evaluation: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Evaluation"
    /// The word that its flags begin with.
    public static let flagPrefix = "evaluation"

    /// The number of updates between two evaluations.
    @Option<StepCount<1>>("Updates between two evaluations.")
    public var every = 5
    /// The number of environment turns between two evaluations, which replaces ``every``; 0 to count updates.
    @Option<StepCount<0>>(
      "Turns between two evaluations, whatever the updates; 0 to count updates.")
    public var turns = 0
    /// The number of held-out scenarios of an evaluation, each played once.
    @Option<KeptCount<1>>("Held-out scenarios of an evaluation.")
    public var episodes = 64
  }

  /// The groups that an update learns from.
  public struct Selection: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Selection of groups"

    /// The rule that chooses the groups that an update learns from.
    @Option("Which groups are learnt from: \(GroupFilter.words).")
    public var filter = GroupFilter.none
    /// The share of the variance of returns that the filter `variance` keeps.
    @Option<PositiveShare>("Share of the variance of returns that the filter 'variance' keeps.")
    public var varianceMass = 0.9
    /// The largest number of collections of an update with the filter `dynamic`.
    @Option<KeptCount<1>>("The most collections of an update with the filter 'dynamic'.")
    public var filterBatches = 3
  }
}

/// Shares above 0, up to 1.
public enum PositiveShare: OptionDomain {
  /// The bounds.
  public static let requirement = "a number above 0 and up to 1"
  /// Whether the number is above 0 and at most 1.
  public static func allows(_ value: Double) -> Bool { value > 0 && value <= 1 }
}
