/// What was measured about a group beyond what its episodes record.
///
/// Numbers of tokens have the shape `[episode][turn][token]`, with the sampled tokens of each turn
/// and no others; numbers of turns have the shape `[episode][turn]`.
public struct Evidence: Hashable, Sendable {
  /// A kind of evidence that an estimator can ask for.
  public enum Need: String, Codable, Hashable, Sendable, CaseIterable {
    /// A critic's values of the sampled tokens: ``Evidence/critic``.
    case critic
    /// Continuations played from forks: ``Evidence/forks``.
    case forks
    /// A process reward model's values of states: ``Evidence/processModel``.
    case processModel = "process-model"
    /// Log-ratios of an implicit process reward model: ``Evidence/implicitModel``.
    case implicitModel = "implicit-model"
    /// What the policy's distribution of each token was like: ``Evidence/distributions``.
    case distributions
    /// Process rewards, which a ``RewardShaper`` adds: ``CreditTurn/processReward``.
    case processReward = "process-reward"
    /// The environment's potential of the state before each turn: ``CreditTurn/potential``.
    case potential
    /// The key of the state before each turn: ``CreditTurn/stateKey``.
    case stateKeys = "state-keys"
    /// Tokens that the policy sampled: ``CreditTurn/sampledTokens``.
    case tokens

    /// What would meet the need.
    public var remedy: String {
      switch self {
      case .critic: "train a critic and pass its values"
      case .forks: "play forks from where the estimator asks for them and pass their outcomes"
      case .processModel: "train a process reward model and pass its values"
      case .implicitModel: "train an implicit process reward model and pass its log-ratios"
      case .distributions: "score the tokens with the policy that sampled them"
      case .processReward: "say which reward shaper pays"
      case .potential: "the environment must have a potential(_:)"
      case .stateKeys: "state keys must be recorded"
      case .tokens: "the policy must sample tokens"
      }
    }
  }

  /// What a critic said of the group.
  public struct Critic: Hashable, Sendable {
    /// The value of the context before each sampled token, in units of return.
    public var values: [[[Double]]]
    /// The value of the context that the next turn would have been decided on: all that was read, the
    /// reply to the last action and the next prompt included.
    ///
    /// Read for episodes that were cut from outside alone; `nil` where it was not computed.
    public var bootstrap: [Double?]

    /// Wraps a critic's values.
    public init(values: [[[Double]]], bootstrap: [Double?]) {
      self.values = values
      self.bootstrap = bootstrap
    }
  }

  /// What a process reward model said of the states of the group.
  ///
  /// It estimates the return to come, learnt from the outcomes of forks (Math-Shepherd, arXiv
  /// 2312.08935).
  public struct ProcessModel: Hashable, Sendable {
    /// The value of the state before each turn.
    public var values: [[Double]]
    /// The value of the state after the last turn, read for episodes that were cut from outside alone.
    public var bootstrap: [Double?]

    /// Wraps a model's values.
    public init(values: [[Double]], bootstrap: [Double?]) {
      self.values = values
      self.bootstrap = bootstrap
    }
  }

  /// What the policy's distribution of each sampled token was like.
  public struct Distributions: Hashable, Sendable {
    /// The logarithm of the probability of the sampled token.
    public var logProbabilities: [[[Double]]]
    /// The sum of the squares of the probabilities of all tokens.
    public var squares: [[[Double]]]
    /// The entropy in nats.
    public var entropies: [[[Double]]]

    /// Wraps what was computed.
    public init(
      logProbabilities: [[[Double]]], squares: [[[Double]]], entropies: [[[Double]]]
    ) {
      self.logProbabilities = logProbabilities
      self.squares = squares
      self.entropies = entropies
    }
  }

  /// What a critic said of the group, if there is one.
  public var critic: Critic?
  /// What came of the forks that were asked for.
  public var forks: [ForkPoint: [ForkOutcome]]
  /// What a process reward model said, if there is one.
  public var processModel: ProcessModel?
  /// log(π_φ / π_ref) of each sampled token under an implicit process reward model, if there is one.
  public var implicitModel: [[[Double]]]?
  /// What the policy's distributions were like, if that was computed.
  public var distributions: Distributions?

  /// Gathers evidence.
  public init(
    critic: Critic? = nil, forks: [ForkPoint: [ForkOutcome]] = [:],
    processModel: ProcessModel? = nil, implicitModel: [[[Double]]]? = nil,
    distributions: Distributions? = nil
  ) {
    self.critic = critic
    self.forks = forks
    self.processModel = processModel
    self.implicitModel = implicitModel
    self.distributions = distributions
  }
}
