internal import TurnwiseCore

/// A quantity as a function of the environment turns that were spent, such as held-out success.
public struct LearningCurve: Codable, Hashable, Sendable {
  /// One evaluation.
  public struct Point: Codable, Hashable, Sendable {
    /// The environment turns that were spent until then, including forks and discarded groups.
    public var turns: Int
    /// The value that was measured.
    public var value: Double

    /// Creates an evaluation.
    public init(turns: Int, value: Double) {
      self.turns = turns
      self.value = value
    }
  }

  /// The number of evaluations at which the area under a curve, and values between evaluations,
  /// become meaningful.
  ///
  /// With two evaluations the curve is a straight line, whose area is the mean of start and end.
  public static let leastEvaluations = 5

  /// The evaluations, in ascending order of turns.
  public let points: [Point]

  /// Creates a curve from at least one evaluation with a finite value; turns must not decrease.
  public init(_ points: [Point]) {
    require(!points.isEmpty, "A curve needs at least one evaluation.")
    require(points.allSatisfy(\.value.isFinite), "Each value of a curve must be a finite number.")
    require(
      zip(points, points.dropFirst()).allSatisfy { $0.turns <= $1.turns },
      "The turns of a curve must not decrease.")
    self.points = points
  }

  /// Creates the mean of curves, up to a number of turns, with a point where any of them has one.
  ///
  /// There must be at least one curve.
  public init(mean curves: [LearningCurve], until turns: Int) {
    let inside = curves.flatMap(\.points).map(\.turns).filter { (0..<turns).contains($0) }
    self.init(
      Set(inside + [turns]).sorted().map { place in
        Point(turns: place, value: curves.map { $0.value(at: place) }.mean)
      })
  }

  /// Returns the value at a number of turns.
  ///
  /// The value is interpolated linearly between evaluations. Before the first and after the last
  /// evaluation it is constant.
  public func value(at turns: Int) -> Double {
    guard let after = points.firstIndex(where: { $0.turns > turns }) else {
      return points[points.count - 1].value
    }
    guard after > 0 else { return points[0].value }
    let (left, right) = (points[after - 1], points[after])
    let share = Double(turns - left.turns) / Double(right.turns - left.turns)
    return left.value + share * (right.value - left.value)
  }

  /// Returns the turns at which the curve first reaches a level.
  ///
  /// The curve is interpolated linearly between evaluations.
  ///
  /// - Returns: The turns; `nil` if the curve never reaches the level.
  public func turns(reaching level: Double) -> Double? {
    guard let index = points.firstIndex(where: { $0.value >= level }) else { return nil }
    guard index > 0 else { return Double(points[0].turns) }
    let (left, right) = (points[index - 1], points[index])
    let share = (level - left.value) / (right.value - left.value)
    return Double(left.turns) + share * Double(right.turns - left.turns)
  }

  /// Returns the area under the curve from 0 to a budget of turns, divided by the budget.
  ///
  /// The area consists of trapezoids between evaluations, so it is a mean value in the unit of the curve.
  /// Turns beyond the budget do not count.
  public func area(budget: Int) -> Double {
    require(budget > 0, "The budget must be at least one turn, not \(budget).")
    let inside = points.filter { 0 < $0.turns && $0.turns < budget }
    let corners =
      [Point(turns: 0, value: value(at: 0))] + inside
      + [Point(turns: budget, value: value(at: budget))]
    let doubled = zip(corners, corners.dropFirst()).reduce(0.0) { area, pair in
      area + Double(pair.1.turns - pair.0.turns) * (pair.0.value + pair.1.value)
    }
    return doubled / 2 / Double(budget)
  }
}
