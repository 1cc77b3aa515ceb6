public import TurnwiseCore

extension Evidence {
  /// A kind of evidence that an estimator can ask for.
  ///
  /// A kind is one constant, which says all that is to be said about it:
  ///
  ///     extension Evidence.Need {
  ///       static let judge = Evidence.Need(
  ///         "judge", remedy: "let a judge score the turns", lack: "no judge can be asked")
  ///     }
  ///
  /// What estimators read is ``Evidence/subscript(_:)``. Two kinds of one name are the same kind.
  public struct Need: Sendable {
    /// The name: lower case, with hyphens.
    public let name: String
    /// What would meet the need: lower case, without a full stop.
    public let remedy: String
    /// What is said of a run without it: lower case, without a full stop.
    public let lack: String
    /// Whether a turn has recorded it, where the episodes themselves meet the need; `nil` where something
    /// must be measured.
    public let isRecorded: (@Sendable (Turn) -> Bool)?
    /// Whether an episode has recorded what is needed to measure the kind.
    public let isMeasurable: @Sendable (Episode) -> Bool
    /// Whether a run in a setting can meet the need.
    let isPossible: @Sendable (CreditSetting) -> Bool
    /// Plausible numbers for a group, with which the laws are tried.
    let example: (@Sendable (CreditGroup) -> any EvidenceNumbers & Sendable)?

    /// Declares a kind that is measured.
    ///
    /// - Parameters:
    ///   - name: The name: lower case, with hyphens.
    ///   - remedy: What would meet the need: lower case, without a full stop.
    ///   - lack: What is said of a run without it: lower case, without a full stop.
    ///   - isPossible: Whether a run in a setting can meet the need.
    ///   - isMeasurable: Whether an episode has recorded what is needed to measure the kind.
    ///   - example: Plausible numbers for a group. ``EstimatorChecker`` and the audits of toy problems give
    ///     them to estimators that need the kind.
    public init(
      _ name: String, remedy: String, lack: String,
      isPossible: @escaping @Sendable (CreditSetting) -> Bool = { _ in true },
      isMeasurable: @escaping @Sendable (Episode) -> Bool = { _ in true },
      example: (@Sendable (CreditGroup) -> any EvidenceNumbers & Sendable)? = nil
    ) {
      (self.name, self.remedy, self.lack) = (name, remedy, lack)
      (self.isPossible, self.isMeasurable, self.example) = (isPossible, isMeasurable, example)
      isRecorded = nil
    }

    /// Declares a kind that is part of the episodes.
    ///
    /// - Parameters:
    ///   - name: The name: lower case, with hyphens.
    ///   - remedy: What would meet the need: lower case, without a full stop.
    ///   - lack: What is said of a run without it: lower case, without a full stop.
    ///   - isPossible: Whether a run in a setting can meet the need.
    ///   - isRecorded: Whether a turn has recorded it.
    public init(
      _ name: String, remedy: String, lack: String,
      isPossible: @escaping @Sendable (CreditSetting) -> Bool = { _ in true },
      isRecorded: @escaping @Sendable (Turn) -> Bool
    ) {
      (self.name, self.remedy, self.lack) = (name, remedy, lack)
      (self.isPossible, self.isRecorded) = (isPossible, isRecorded)
      isMeasurable = { $0.turns.allSatisfy(isRecorded) }
      example = nil
    }
  }
}

extension Evidence.Need: Hashable, Comparable {
  /// Whether two kinds have one name.
  public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
  /// Orders kinds by name.
  public static func < (left: Self, right: Self) -> Bool { left.name < right.name }
  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension Evidence.Need {
  /// A critic's values of the sampled tokens: ``Evidence/critic``.
  public static let critic = Self(
    "critic", remedy: "train a critic and pass its values", lack: "the run saved no critic")

  /// Continuations played from forks: ``Evidence/forks``.
  public static let forks = Self(
    "forks", remedy: "play forks from where the estimator asks for them and pass their outcomes",
    lack: "the run saved no policy that could play on", isPossible: \.canFork)

  /// A process reward model's values of states: ``Evidence/processModel``.
  public static let processModel = Self(
    "process-model", remedy: "train a process reward model and pass its values",
    lack: "the run saved no process reward model", isPossible: \.canFork)

  /// Log-ratios of an implicit process reward model: ``Evidence/implicitModel``.
  public static let implicitModel = Self(
    "implicit-model", remedy: "train an implicit process reward model and pass its log-ratios",
    lack: "the run saved no implicit process reward model", isPossible: \.samplesTokens)

  /// What the policy's distribution of each token was like: ``Evidence/distributions``.
  public static let distributions = Self(
    "distributions", remedy: "score the tokens with the policy that sampled them",
    lack: "the run saved no policy", isPossible: \.samplesTokens)

  /// The likelihood of the action that would solve the task: ``Evidence/answerLikelihood``.
  public static let answerLikelihood = Self(
    "answer-likelihood",
    remedy: "the environment must have a referenceAction(in:), and the policy must sample tokens",
    lack: "no reference action was recorded, or the run saved no policy",
    isPossible: { $0.hasReference && $0.samplesTokens },
    isMeasurable: { $0.judgement?.reference != nil },
    example: { group in
      group.episodes.map { episode in
        episode.turns.indices.map { turn -> Double? in
          turn % 5 == 4 ? nil : -3 + 0.5 * Double(turn % 7) - 0.25 * Double(turn % 3)
        }
      }
    })

  /// Log-probabilities of the policy that training started from: ``Evidence/referencePolicy``.
  public static let referencePolicy = Self(
    "reference-policy", remedy: "score the tokens with the policy that training started from",
    lack: "the run saved no policy that training started from", isPossible: \.samplesTokens)

  /// Process rewards, which a ``RewardShaper`` adds: ``CreditTurn/processReward``.
  ///
  /// No setting meets this need: the name of the estimator does (`process=SHAPER+ESTIMATOR`).
  public static let processReward = Self(
    "process-reward", remedy: "say which reward shaper pays", lack: "say which reward shaper pays",
    isPossible: { _ in false })

  /// The environment's potential of the state before each turn: ``CreditTurn/potential``.
  public static let potential = Self(
    "potential", remedy: "the environment must have a potential(_:)",
    lack: "no potential was recorded", isPossible: \.hasPotential,
    isRecorded: { $0.potential != nil })

  /// The key of the state before each turn: ``CreditTurn/stateKey``.
  public static let stateKeys = Self(
    "state-keys", remedy: "state keys must be recorded", lack: "no state keys were recorded",
    isRecorded: { $0.stateKey != nil })

  /// Tokens that the policy sampled: ``CreditTurn/sampledTokens``.
  public static let tokens = Self(
    "tokens", remedy: "the policy must sample tokens",
    lack: "not all turns were sampled as tokens", isPossible: \.samplesTokens,
    isRecorded: { $0.span != nil })
}
