/// The evaluations of a policy on held-out scenarios while it learnt.
public struct EvaluationCurve: Codable, Hashable, Sendable {
  /// One evaluation.
  public struct Point: Codable, Hashable, Sendable {
    /// The number of updates that were made before the evaluation.
    public var update: Int
    /// The number of environment turns that training had spent.
    public var turns: Int
    /// The evaluation with sampled tokens.
    public var sampled: Evaluation
    /// The evaluation with the likeliest tokens, measured at the start and at the end.
    public var greedy: Evaluation?

    /// Creates a point.
    public init(update: Int, turns: Int, sampled: Evaluation, greedy: Evaluation? = nil) {
      (self.update, self.turns) = (update, turns)
      (self.sampled, self.greedy) = (sampled, greedy)
    }
  }

  /// The evaluations, in order.
  public var points: [Point] = []

  /// Creates a curve without points.
  public init() {}

  /// The first evaluation.
  public var start: Point? { points.first }
  /// The last evaluation.
  public var final: Point? { points.last }
}
