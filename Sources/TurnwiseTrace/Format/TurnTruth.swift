/// The true credit of a turn, and how well it is known.
///
/// Credit is an advantage: how much better the return is for what was done than for what the policy
/// does on average in the same situation, A = Q − V.
public struct TurnTruth: Codable, Hashable, Sendable {
  /// V: the expected return of the policy from the situation on, in units of reward.
  public var value: Double
  /// Q: the expected return once the recorded action is taken.
  public var actionValue: Double
  /// Q − V.
  public var advantage: Double
  /// The standard error of the advantage; 0 where it was computed and not sampled.
  public var standardError: Double
  /// What the histories that were not followed could change about the advantage at most; 0 where it
  /// was sampled.
  public var bound: Double
  /// How many continuations were played for each of the two values; `nil` where they were computed.
  public var continuations: Int?

  /// States what is known of a turn.
  public init(
    value: Double, actionValue: Double, standardError: Double = 0, bound: Double = 0,
    continuations: Int? = nil
  ) {
    self.value = value
    self.actionValue = actionValue
    self.advantage = actionValue - value
    self.standardError = standardError
    self.bound = bound
    self.continuations = continuations
  }

  /// How far the true advantage may lie from ``advantage``: two standard errors, or the bound.
  public var margin: Double { 2 * standardError + bound }
}
