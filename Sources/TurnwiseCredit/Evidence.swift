/// What was measured about a group beyond what its episodes record.
public struct Evidence: Hashable, Sendable {
  /// A kind of evidence that an estimator can ask for.
  public enum Need: String, Codable, Hashable, Sendable, CaseIterable {
    /// A critic's values of the sampled tokens: ``Evidence/critic``.
    case critic
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
      case .potential: "the environment must have a potential(_:)"
      case .stateKeys: "state keys must be recorded"
      case .tokens: "the policy must sample tokens"
      }
    }
  }

  /// What a critic said of the group.
  public struct Critic: Hashable, Sendable {
    /// The value of the context before each sampled token, in the shape `[episode][turn][token]`.
    public var values: [[[Double]]]
    /// The value of the context behind the last turn of each episode, in units of return.
    ///
    /// Read for truncated episodes alone; `nil` where it was not computed.
    public var bootstrap: [Double?]

    /// Wraps a critic's values.
    public init(values: [[[Double]]], bootstrap: [Double?]) {
      self.values = values
      self.bootstrap = bootstrap
    }
  }

  /// What a critic said of the group, if there is one.
  public var critic: Critic?

  /// Gathers evidence.
  public init(critic: Critic? = nil) { self.critic = critic }
}
