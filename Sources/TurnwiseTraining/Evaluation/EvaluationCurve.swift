/// How a policy did on held-out scenarios while it learnt.
public struct EvaluationCurve: Codable, Hashable, Sendable {
  /// One evaluation.
  public struct Point: Codable, Hashable, Sendable {
    /// How many updates were made before.
    public var update: Int
    /// How many environment turns training had spent.
    public var turns: Int
    /// With sampled tokens.
    public var sampled: Evaluation
    /// With the likeliest tokens; measured at the start and at the end.
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
