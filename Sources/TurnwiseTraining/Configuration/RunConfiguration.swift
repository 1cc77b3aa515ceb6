public import TurnwiseCore

/// All options that can change what training does, in groups.
///
///     var configuration = RunConfiguration()
///     configuration.credit = "turn-gae:lambda=0.9"
///     configuration.budget.updates = 50
///     configuration.loss.klWeight = 0
///
/// The options are the flags of `turnwise train` and `turnwise compare`, and are recorded in
/// `run.json`. Options that cannot change results, such as the number of workers and the folder,
/// are not part of the configuration. Assigning a value that an option does not allow is a
/// programming error and ends the program; decoding one throws.
public struct RunConfiguration: Codable, Hashable, Sendable {
  /// The seed of all random numbers except those of the demonstrations.
  public var seed = HexSeed(1)
  /// The estimator that drives the updates, with its options.
  @Option("The estimator that drives the updates, with its options.")
  public var credit = "turn"
  /// The folder of a run whose policy training starts from; empty to imitate episodes first.
  @Option<RunFolderPath>(
    "Folder of a run whose policy is the start, instead of imitating the expert.")
  public var warmStart = ""

  /// The length of training, and the number of episodes for each update.
  public var budget = Budget()
  /// The times and scenarios at which the policy is evaluated.
  public var evaluation = Evaluation()
  /// The optimiser of the policy.
  public var optimizer = Optimizer()
  /// The loss of the policy.
  public var loss = Loss()
  /// The groups that an update learns from.
  public var selection = Selection()
  /// The demonstrations that the warm start imitates.
  public var imitation = Imitation()
  /// The imitation of the demonstrations.
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
    /// The values that are expected.
    public var expected: String

    /// What is wrong, and what would be right.
    public var words: String { "\(key)=\(value): expected \(expected)" }
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
