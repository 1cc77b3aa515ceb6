/// A source of process rewards: pays turns, or tokens, beside what the environment paid.
///
/// Process reward is a reward and not an advantage, so any estimator can consume it:
/// `process=delta+turn-gae` lets the shaper `delta` pay and the estimator `turn-gae` credit. The
/// environment's own reward stays apart (``CreditTurn/reward``, ``CreditTurn/processReward``); both
/// together are ``CreditTurn/paid``.
public protocol RewardShaper: Codable, Hashable, Sendable {
  /// The name on the command line: lower case, without `:`, `,`, `=` and `+`.
  static var id: String { get }

  /// What is paid for, in one line that fits a list.
  static var summary: String { get }

  /// What must be measured before rewards can be shaped. Default: nothing.
  var needs: Set<Evidence.Need> { get }

  /// What shaping does to the expected gradient of an estimator that is exact without it.
  var gradient: GradientClaim { get }

  /// Laws of estimators that the shaping breaks on purpose, each with the reason. Default: none.
  var exceptions: [EstimatorLaw: String] { get }

  /// What to say before anything is spent, about these options and the estimator that consumes.
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
  /// None.
  public var needs: Set<Evidence.Need> { [] }
  /// None.
  public var exceptions: [EstimatorLaw: String] { [:] }
  /// None.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    []
  }
}

/// What a shaper pays.
public struct ProcessRewards: Hashable, Sendable {
  /// What each turn is paid, in the shape `[episode][turn]`.
  public var turns: [[Double]]
  /// What each sampled token is paid, in the shape `[episode][turn][token]`, where a turn's pay is
  /// that of its tokens.
  public var tokens: [[[Double]]]?

  /// Pays turns.
  public init(turns: [[Double]]) { self.turns = turns }

  /// Pays tokens; a turn gets the sum of its tokens.
  public init(tokens: [[[Double]]]) {
    self.tokens = tokens
    turns = tokens.map { $0.map { $0.reduce(0, +) } }
  }
}

/// An estimator that consumes process rewards.
public struct ShapedEstimator<Shaper: RewardShaper, Consumer: CreditEstimator>: CreditEstimator {
  /// `process`.
  public static var id: String { "process" }
  /// What the two do.
  public static var summary: String { "\(Shaper.summary); then \(Consumer.summary)" }

  /// What pays.
  public let shaper: Shaper
  /// What credits.
  public let consumer: Consumer

  /// Combines a shaper and an estimator.
  public init(_ shaper: Shaper, _ consumer: Consumer) {
    self.shaper = shaper
    self.consumer = consumer
  }

  /// Those of both, without the process reward that the one gives the other.
  public var needs: Set<Evidence.Need> {
    shaper.needs.union(consumer.needs).subtracting([.processReward])
  }
  /// That of the estimator.
  public var granularity: CreditGranularity { consumer.granularity }
  /// That of the estimator.
  public var discount: Double? { consumer.discount }
  /// The shaper's if it is biased, else the estimator's times the shaper's factor.
  public var gradient: GradientClaim {
    switch shaper.gradient {
    case .biased: shaper.gradient
    case .exact, .scaled, .meanCentred:
      consumer.gradient.times(shaper.gradient.factor(groupSize: 1) ?? 1)
    }
  }
  /// Those of both, and what a consumer breaks that is not neutral to what is paid on the way.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = shaper.exceptions.merging(consumer.exceptions) { $1 }
    if consumer.granularity == .token {
      exceptions[.observations] = "a turn without tokens may be paid as well"
    }
    if case .biased = consumer.gradient {
      let reason = "'\(Consumer.id)' sees what is paid on the way, also where it cancels in the end"
      for law in [EstimatorLaw.irrelevantTurn, .stopping, .constantReward] {
        exceptions[law] = exceptions[law] ?? reason
      }
    }
    return exceptions
  }
  /// That of both, and a refusal where forks are not paid what turns are.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = shaper.advice(in: setting, consumer: consumer) + consumer.advice(in: setting)
    if consumer.needs.contains(.forks) {
      notices.append(
        CreditNotice(
          .refusal,
          "'\(Consumer.id)' compares with forks, whose turns are paid no process reward"))
    }
    if consumer.discount == nil {
      notices.append(
        CreditNotice(
          .warning,
          "'\(Consumer.id)' discounts tokens, so what '\(Shaper.id)' pays does not cancel out"))
    }
    return notices
  }
  /// Shapes the rewards, then credits.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let rewards = try shaper.rewards(group, evidence: evidence, discount: consumer.discount ?? 1)
    var credit = try consumer.credit(group.adding(rewards), evidence: evidence)
    // Whether returns are equal is a fact about what the environment paid.
    credit.diagnostics.equalReturnGroups = group.hasEqualReturns ? 1 : 0
    return credit
  }
}

/// What the catalog asks of any ``ShapedEstimator`` without knowing its types.
protocol Shaped {
  var parts: (shaper: any RewardShaper, consumer: any CreditEstimator) { get }
}

extension ShapedEstimator: Shaped {
  var parts: (shaper: any RewardShaper, consumer: any CreditEstimator) { (shaper, consumer) }
}
