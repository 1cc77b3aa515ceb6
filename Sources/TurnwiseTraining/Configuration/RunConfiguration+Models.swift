public import TurnwiseCore

extension RunConfiguration {
  /// The shape of the model.
  public struct Model: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Model"

    /// The vocabulary size of the tokenizer: bytes, marks and merges.
    @Option<Integers<259, 1_048_576>>("Vocabulary size of the tokenizer.")
    public var vocabulary = 448
    /// The number of channels.
    @Option<Integers<2, 65_536>>("Channels of the model.")
    public var width = 64
    /// The number of blocks.
    @Option<Integers<1, 1024>>("Blocks of the model.")
    public var layers = 2
    /// The number of attention heads.
    @Option<Integers<1, 65_536>>("Attention heads.")
    public var heads = 4
    /// The number of channels within a feed-forward block.
    @Option<Integers<1, 1_048_576>>("Channels within a feed-forward block.")
    public var feedForward = 176
    /// The largest number of tokens of an episode.
    @Option<TokenCount<16>>("The most tokens of an episode.")
    public var context = 640
    /// The largest number of tokens of an action.
    @Option<TokenCount<2>>("The most tokens of an action.")
    public var actionTokens = 64
  }

  /// The critic, if an estimator needs one.
  public struct Critic: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Critic"
    /// The word that its flags begin with.
    public static let flagPrefix = "critic"

    /// The output of the critic.
    public enum Head: String, WordChoice {
      /// One number that learns by squared error.
      case scalar
      /// A distribution over intervals that learns by cross-entropy (HL-Gauss, arXiv 2403.03950).
      case categorical
    }

    /// The step size of the critic.
    @Option<NonNegative>("Step size of the critic.")
    public var rate = 1e-3
    /// The output of the critic.
    @Option("The output of the critic: one number, or a distribution over intervals (HL-Gauss).")
    public var head = Head.scalar
    /// Whether a scalar critic learns in units of the standard deviation of its targets (PopArt, arXiv
    /// 1602.07714).
    @Option("Whether a scalar critic learns in units of its targets' deviation.")
    public var normalization = false
    /// The number of demonstrated episodes that the critic is fitted to before the first update, instead
    /// of fresh ones.
    ///
    /// They cost no further turns, but they show the returns of the expert.
    @Option<KeptCount<0>>(
      "Demonstrated episodes that the critic is fitted to first, free of charge.")
    public var demonstrations = 0
    /// The number of fresh episodes that the critic is fitted to before the first update, if it is not
    /// fitted to demonstrations.
    @Option<KeptCount<0>>("Episodes that the critic is fitted to first, without demonstrations.")
    public var episodes = 64
    /// The number of passes of the critic over the episodes of an update.
    @Option<KeptCount<0>>("Passes of the critic over the episodes of an update.")
    public var epochs = 4
    /// The number of contexts of episodes in a step of the critic.
    @Option<KeptCount<1>>("Contexts of episodes in a step of the critic.")
    public var batch = 8

    /// The number of steps in a pass over a number of contexts.
    func steps(over contexts: Int) -> Int { max(1, (contexts + batch - 1) / batch) }
  }

  /// The process reward model, if an estimator or shaper needs one.
  public struct ProcessModel: Codable, Hashable, Sendable, OptionGroup {
    /// The title of the group.
    public static let title = "Process reward model"
    /// The word that its flags begin with.
    public static let flagPrefix = "process"

    /// The number of states that are labelled in an update.
    @Option<KeptCount<1>>("States labelled for a process reward model in an update.")
    public var labels = 16
    /// The number of forks of each labelled state.
    @Option<KeptCount<1>>("Forks of each labelled state.")
    public var forks = 4
    /// The number of passes over the labels of an update.
    @Option<KeptCount<1>>("Passes of the process reward model over its labels in an update.")
    public var epochs = 4
  }
}
