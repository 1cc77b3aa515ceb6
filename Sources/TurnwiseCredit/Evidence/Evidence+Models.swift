extension Evidence {
  /// A critic's values of a group.
  public struct Critic: EvidenceNumbers, Sendable {
    /// The value of the context before each sampled token, in units of return.
    public var values: [[[Double]]]
    /// The value of the context that the next turn would have been decided on: all that was read, the
    /// reply to the last action and the next prompt included.
    ///
    /// Read only for episodes that were cut from outside; `nil` where it was not computed.
    public var bootstrap: [Double?]

    /// Wraps a critic's values.
    public init(values: [[[Double]]], bootstrap: [Double?]) {
      self.values = values
      self.bootstrap = bootstrap
    }

    /// Returns the values of some of the episodes.
    public func part(_ episodes: Range<Int>) -> Self {
      Self(values: values.part(episodes), bootstrap: bootstrap.part(episodes))
    }
  }

  /// A process reward model's values of the states of a group.
  ///
  /// They estimate the return to come, learnt from the outcomes of forks (Math-Shepherd, arXiv
  /// 2312.08935).
  public struct ProcessModel: EvidenceNumbers, Sendable {
    /// The value of the state before each turn.
    public var values: [[Double]]
    /// The value of the state after the last turn, read only for episodes that were cut from outside.
    public var bootstrap: [Double?]

    /// Wraps a model's values.
    public init(values: [[Double]], bootstrap: [Double?]) {
      self.values = values
      self.bootstrap = bootstrap
    }

    /// Returns the values of some of the episodes.
    public func part(_ episodes: Range<Int>) -> Self {
      Self(values: values.part(episodes), bootstrap: bootstrap.part(episodes))
    }
  }

  /// What the policy's distribution of each sampled token was like.
  public struct Distributions: EvidenceNumbers, Sendable {
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

    /// Returns the numbers of some of the episodes.
    public func part(_ episodes: Range<Int>) -> Self {
      Self(
        logProbabilities: logProbabilities.part(episodes), squares: squares.part(episodes),
        entropies: entropies.part(episodes))
    }
  }

  /// The critic's values, if there is a critic.
  public var critic: Critic? {
    get { self[.critic] }
    set { self[.critic] = newValue }
  }
  /// The process reward model's values, if there is one.
  public var processModel: ProcessModel? {
    get { self[.processModel] }
    set { self[.processModel] = newValue }
  }
  /// log(π_φ / π_ref) of each sampled token under an implicit process reward model, if there is one.
  public var implicitModel: [[[Double]]]? {
    get { self[.implicitModel] }
    set { self[.implicitModel] = newValue }
  }
  /// The mean log-probability, in nats per token, of the action that would solve the task, in the context of
  /// each turn, in the shape `[episode][turn]`; `nil` for a turn where it was not computed.
  public var answerLikelihood: [[Double?]]? {
    get { self[.answerLikelihood] }
    set { self[.answerLikelihood] = newValue }
  }
  /// The logarithm of the probability of each sampled token under the policy that training started from, if
  /// that was computed.
  public var referencePolicy: [[[Double]]]? {
    get { self[.referencePolicy] }
    set { self[.referencePolicy] = newValue }
  }
  /// What the policy's distributions were like, if that was computed.
  public var distributions: Distributions? {
    get { self[.distributions] }
    set { self[.distributions] = newValue }
  }
}
