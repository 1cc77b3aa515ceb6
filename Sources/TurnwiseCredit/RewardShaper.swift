/// A source of process rewards: pays turns, or tokens, in addition to the environment's rewards.
///
/// A process reward is a reward and not an advantage, so any estimator can consume it:
/// `process=delta+turn-gae` lets the shaper `delta` pay and the estimator `turn-gae` credit. The
/// environment's own reward is kept apart (``CreditTurn/reward``, ``CreditTurn/processReward``); the sum of
/// both is ``CreditTurn/paid``.
public protocol RewardShaper: Codable, Hashable, Sendable {
  /// The name on the command line: lower case, without `:`, `,`, `=` and `+`.
  static var id: String { get }

  /// What is paid for, in one line that fits a list.
  static var summary: String { get }

  /// What must be measured before rewards can be shaped. Default: nothing.
  var needs: Set<Evidence.Need> { get }

  /// The expected gradient of an estimator that is exact without the shaper.
  var gradient: GradientClaim { get }

  /// What the process rewards of an episode sum to. Default: nothing is claimed.
  ///
  /// ``EstimatorChecker`` checks the claim.
  var conserves: Conservation? { get }

  /// Laws of estimators that the shaper breaks on purpose, each with the reason. Default: none.
  var exceptions: [EstimatorLaw: String] { get }

  /// Returns warnings about these options and the estimator that consumes, and reasons to refuse them.
  /// Default: none.
  ///
  /// It is called before a run starts.
  func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice]

  /// Computes the process rewards of a group.
  ///
  /// - Parameters:
  ///   - group: Finished episodes.
  ///   - evidence: At least what ``needs`` lists.
  ///   - discount: The discount per turn of the estimator that consumes.
  /// - Returns: What is paid in addition.
  /// - Throws: A ``CreditError`` if evidence is missing or malformed.
  func rewards(_ group: CreditGroup, evidence: Evidence, discount: Double) throws -> ProcessRewards
}

extension RewardShaper {
  /// Nothing is needed.
  public var needs: Set<Evidence.Need> { [] }
  /// No sum is claimed.
  public var conserves: Conservation? { nil }
  /// No law is broken.
  public var exceptions: [EstimatorLaw: String] { [:] }
  /// There is nothing to warn of.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    []
  }
}

/// The process rewards of a group.
public struct ProcessRewards: Hashable, Sendable {
  /// The reward of each turn, in the shape `[episode][turn]`.
  public var turns: [[Double]]
  /// The reward of each sampled token, in the shape `[episode][turn][token]`, if tokens are paid.
  ///
  /// The reward of a turn is then the sum of its tokens.
  public var tokens: [[[Double]]]?

  /// Pays turns.
  public init(turns: [[Double]]) { self.turns = turns }

  /// Pays tokens; a turn gets the sum of its tokens.
  public init(tokens: [[[Double]]]) {
    self.tokens = tokens
    turns = tokens.map { $0.map { $0.reduce(0, +) } }
  }
}
