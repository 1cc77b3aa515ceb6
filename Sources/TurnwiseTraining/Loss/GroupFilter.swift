public import TurnwiseCore
internal import TurnwiseCredit

/// The rule that chooses the groups of episodes that an update learns from.
///
/// A group whose episodes all have the same return does not show which of them was better. The
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
  ///   - returns: The returns of the episodes of each group.
  ///   - mass: The share of the variance that `variance` keeps.
  /// - Returns: The indices of the groups that are kept, ascending. `dynamic` and `variance` keep
  ///   no group whose returns are all equal.
  public func kept(_ returns: [[Double]], mass: Double) -> [Int] {
    let varied = returns.indices.filter { !LeaveOneOut.areEqual(returns[$0]) }
    switch self {
    case .none: return Array(returns.indices)
    case .dynamic: return varied
    case .variance:
      let variances = varied.map { (group: $0, variance: returns[$0].variance() ?? 0) }
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
