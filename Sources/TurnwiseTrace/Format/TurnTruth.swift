/// The true credit of a turn, and its uncertainty.
///
/// Credit is the advantage of the action that was taken over the policy's average in the same situation,
/// A = Q − V.
public struct TurnTruth: Codable, Hashable, Sendable {
  /// V: the expected return of the policy from the situation onwards, in units of reward.
  public var value: Double
  /// Q: the expected return after the recorded action.
  public var actionValue: Double
  /// A = Q − V.
  public var advantage: Double
  /// The standard error of the advantage; 0 if it was computed exactly instead of sampled.
  public var standardError: Double
  /// An upper bound on the change of the advantage by histories that were not followed; 0 if it was sampled.
  public var bound: Double
  /// The number of continuations played for each of the two values; `nil` if they were computed exactly.
  public var continuations: Int?

  /// Creates the truth of a turn.
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

  /// How far the true advantage may be from ``advantage``: two standard errors plus the bound.
  public var margin: Double { 2 * standardError + bound }
}
