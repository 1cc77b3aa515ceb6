public import TurnwiseCore

extension RunConfiguration {
  /// The demonstrations that the warm start imitates.
  public struct Imitation: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "What the warm start imitates"

    /// The folder of a run whose successful training episodes are imitated; empty to imitate the expert.
    @Option<RunFolderPath>(
      "Folder of a run whose successful episodes are imitated instead of the expert's.")
    public var demonstrationsFrom = ""
    /// The number of episodes that the warm start imitates, or of their `Episode.contexts`.
    @Option<KeptCount<1>>("Expert episodes, or their contexts, that the warm start imitates.")
    public var demonstrations = 3000
    /// The seed of the expert episodes, which runs of all seeds share.
    @Option("Seed of the expert episodes, which all runs share.")
    public var demonstrationSeed = 0
    /// How often the demonstrating expert skips looking.
    @Option("How often the demonstrating expert skips looking; 'auto' tries and chooses.")
    public var habit = HabitChoice.auto
    /// How often the demonstrating expert does a wrong thing.
    @Option<UnitInterval>("How often the demonstrating expert does a wrong thing.")
    public var slip = 0.02
    /// How often the names in an imitated episode are replaced by those of another episode.
    @Option<UnitInterval>("How often an imitated episode gets the names of others.")
    public var renaming = 0.8
  }

  /// How the warm start imitates.
  public struct Cloning: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "How it imitates"
    /// The word that its flags begin with.
    public static let flagPrefix = "cloning"

    /// The largest number of steps of imitation.
    @Option<StepCount<1>>("The most steps of imitation.")
    public var steps = 6500
    /// The number of steps without a gain on held-out demonstrations after which imitation ends; 0
    /// for all steps.
    @Option<KeptCount<0>>("Steps without a gain after which imitation ends; 0 for all steps.")
    public var patience = 2000
    /// The number of episodes of a step of imitation.
    @Option<KeptCount<1>>("Episodes of a step of imitation.")
    public var batch = 8
    /// The highest step size of imitation.
    @Option<NonNegative>("Highest step size of imitation.")
    public var rate = 3e-3
    /// The temperature that is made part of the warm start; below 1, unlikely tokens are sampled
    /// less often.
    @Option<CloningTemperature>("Temperature that is made part of the warm start.")
    public var temperature = 0.7
  }
}

/// The temperature of a warm start.
public enum CloningTemperature: OptionDomain {
  /// The bounds.
  public static let requirement = "a number from 0.01 to 100"
  /// Whether the number lies within the bounds.
  public static func allows(_ value: Double) -> Bool { (0.01...100).contains(value) }
}
