public import TurnwiseCore

/// All options that can change what training does, in groups.
///
///     var configuration = RunConfiguration()
///     configuration.credit = "turn-gae:lambda=0.9"
///     configuration.budget.updates = 50
///     configuration.loss.klWeight = 0
///
/// The options are the flags of `turnwise train` and `turnwise compare`, and what `run.json` records. Options
/// that cannot change results, such as the number of workers and the folder, are not part of it. Assigning a
/// value that an option does not allow is a mistake in the program and ends it; decoding one throws.
public struct RunConfiguration: Codable, Hashable, Sendable {
  /// The seed of everything random but the demonstrations.
  public var seed = HexSeed(1)
  /// The estimator that drives the updates, with its options.
  @Option("The estimator that drives the updates, with its options.")
  public var credit = "turn"
  /// The folder of a run whose policy training starts from; empty to imitate episodes first.
  @Option("Folder of a run whose policy is the start, instead of imitating the expert.")
  public var warmStart = ""

  /// How long training goes on, and how much is played for each update.
  public var budget = Budget()
  /// When and how the policy is evaluated.
  public var evaluation = Evaluation()
  /// The steps that the policy takes.
  public var optimizer = Optimizer()
  /// The loss of the policy.
  public var loss = Loss()
  /// The groups that an update learns from.
  public var selection = Selection()
  /// What the warm start imitates.
  public var imitation = Imitation()
  /// How the warm start imitates it.
  public var cloning = Cloning()
  /// The shape of the model.
  public var model = Model()
  /// The critic, if an estimator needs one.
  public var critic = Critic()
  /// The process reward model, if an estimator or shaper needs one.
  public var processModel = ProcessModel()

  /// Creates the defaults.
  public init() {}
}

extension RunConfiguration {
  /// A contradiction between options.
  public struct Flaw: Hashable, Sendable {
    /// The option, as `OptionDescription.key` names it.
    public var key: String
    /// The value of the option.
    public var value: Int
    /// What its value should be.
    public var expected: String
  }

  /// The first contradiction between options; `nil` if there is none.
  public var flaw: Flaw? {
    // Each factor is small enough that the products are exact.
    let products = [
      ("budget.groupSize", budget.groupSize, "groups", budget.groups),
      ("processModel.forks", processModel.forks, "states", processModel.labels),
    ]
    for (key, value, other, factor) in products where value * factor > keptLimit {
      return Flaw(
        key: key, value: value,
        expected: "at most \(max(1, keptLimit / factor)) with \(factor) \(other):"
          + " the episodes of an update are kept in memory")
    }
    guard model.width.isMultiple(of: 2 * model.heads) else {
      return Flaw(
        key: "model.width", value: model.width, expected: "a multiple of twice the heads")
    }
    return nil
  }
}
