/// An estimator that consumes the process rewards of a shaper.
public struct ShapedEstimator<Shaper: RewardShaper, Consumer: CreditEstimator>: CreditEstimator {
  /// `process`.
  public static var id: String { "process" }
  /// What the two do.
  public static var summary: String { "\(Shaper.summary); then \(Consumer.summary)" }

  /// The shaper that pays.
  public let shaper: Shaper
  /// The estimator that credits.
  public let consumer: Consumer

  /// Combines a shaper and an estimator.
  public init(_ shaper: Shaper, _ consumer: Consumer) {
    self.shaper = shaper
    self.consumer = consumer
  }

  /// The needs of both, without the process reward that the shaper provides.
  public var needs: Set<Evidence.Need> {
    shaper.needs.union(consumer.needs).subtracting([.processReward])
  }
  /// The granularity of the estimator.
  public var granularity: CreditGranularity { consumer.granularity }
  /// The discount of the estimator.
  public var discount: Double? { consumer.discount }
  /// The shaper's claim if it is biased, else the estimator's claim times the shaper's factor.
  public var gradient: GradientClaim {
    switch shaper.gradient {
    case .biased: shaper.gradient
    case .exact, .scaled, .meanCentred:
      consumer.gradient.times(shaper.gradient.factor(groupSize: 1) ?? 1)
    }
  }
  /// The claim of the estimator.
  public var conserves: Conservation? { consumer.conserves }
  /// Whether the estimator does.
  public var usesSubtasks: Bool { consumer.usesSubtasks }
  /// The exceptions of both, and the laws that a biased estimator breaks when turns are paid on the way.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = shaper.exceptions.merging(consumer.exceptions) { $1 }
    if consumer.granularity == .token {
      exceptions[.observations] = "a turn without tokens may be paid as well"
    }
    if consumer.usesSubtasks {
      exceptions[.subtasks] = "'\(Shaper.id)' may pay for what the whole episode earned"
    }
    if case .biased = consumer.gradient {
      let reason = "'\(Consumer.id)' sees what is paid on the way, also where it cancels in the end"
      for law in [EstimatorLaw.irrelevantTurn, .stopping, .constantReward] {
        exceptions[law] = exceptions[law] ?? reason
      }
    }
    return exceptions
  }
  /// The advice of both, and a refusal if the estimator compares with forks, which are not paid.
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
  /// Adds the process rewards, then credits.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let rewards = try shaper.rewards(group, evidence: evidence, discount: consumer.discount ?? 1)
    var credit = try consumer.credit(group.adding(rewards), evidence: evidence)
    // Whether returns are equal is a fact about what the environment paid.
    credit.diagnostics.equalReturnGroups = group.hasEqualReturns ? 1 : 0
    return credit
  }
}

/// A ``ShapedEstimator`` of any types.
protocol Shaped {
  /// The shaper and the estimator that consumes its rewards.
  var parts: (shaper: any RewardShaper, consumer: any CreditEstimator) { get }
}

extension ShapedEstimator: Shaped {
  var parts: (shaper: any RewardShaper, consumer: any CreditEstimator) { (shaper, consumer) }
}
