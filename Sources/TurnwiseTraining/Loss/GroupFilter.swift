public import TurnwiseCore
internal import TurnwiseCredit

/// The rule that chooses the groups of episodes that an update learns from.
///
/// A group whose episodes all have the same return does not show which of them was better. If the driving
/// estimator compares sub-tasks, a group in which the returns of any sub-task differ does show something. The
/// groups that are left out were played all the same, so their turns stay charged in
/// ``Spending/trainingTurns``.
public enum GroupFilter: String, WordChoice {
  /// All groups.
  case none
  /// The groups whose returns differ; more scenarios are played until there are enough of them
  /// (dynamic sampling of DAPO, arXiv 2503.14476).
  case dynamic
  /// The fewest groups that together hold most of the variance of the returns: with σ_g the
  /// standard deviation within group g, the smallest set S with Σ_{g ∈ S} σ_g² ≥ mass · Σ_g σ_g²
  /// (RAGEN-2, arXiv 2604.06268).
  case variance

  /// Whether more scenarios are played in place of the groups that were left out.
  public var replenishes: Bool { self == .dynamic }

  /// Chooses groups.
  ///
  /// - Parameters:
  ///   - comparisons: The returns that are compared in each group: those of the episodes, or those of each
  ///     sub-task (`CreditGroup.comparedReturns(bySubtask:)`).
  ///   - mass: The share of the variance that `variance` keeps.
  /// - Returns: The indices of the groups that are kept, ascending. `dynamic` and `variance` keep
  ///   no group whose returns are all equal.
  public func kept(_ comparisons: [[[Double]]], mass: Double) -> [Int] {
    let varied = comparisons.indices.filter {
      !comparisons[$0].allSatisfy { LeaveOneOut.areEqual($0) }
    }
    switch self {
    case .none: return Array(comparisons.indices)
    case .dynamic: return varied
    case .variance:
      let variances = varied.map { group in
        let variance = comparisons[group].reduce(0) { $0 + ($1.variance() ?? 0) }
        return (group: group, variance: variance)
      }
      .sorted { ($1.variance, $0.group) < ($0.variance, $1.group) }
      let total = variances.reduce(0) { $0 + $1.variance }
      var covered = 0.0
      return variances.prefix { entry in
        defer { covered += entry.variance }
        return covered < mass * total
      }.map(\.group).sorted()
    }
  }
}
