/// What the credit or the process rewards of an episode sum to, whatever happened on the way.
///
/// A sum that is fixed cannot grow with the number of turns, so nothing is earned by taking more of them.
/// ``EstimatorChecker`` checks the claim.
public enum Conservation: Codable, Hashable, Sendable {
  /// Credit sums to the total reward minus the mean of that of the other episodes.
  case advantage
  /// Credit sums to the total reward.
  case reward
  /// Process rewards sum to 0.
  case nothing
  /// Process rewards, discounted, sum to minus the potential of the first state.
  case potential(PotentialShaping.Source)
  /// Process rewards sum to a weight times what the last score of a state exceeds the first one by.
  ///
  /// A score is what was paid so far plus the potential, and what was earned after the end.
  case gain(PotentialShaping.Source, weight: Double)

  /// Returns the sum that is claimed for each episode of a group.
  ///
  /// - Parameters:
  ///   - group: The group, with process rewards.
  ///   - evidence: What the shaper or estimator was given.
  /// - Returns: As many sums as there are episodes.
  /// - Throws: A ``CreditError`` if scores are missing.
  func totals(of group: CreditGroup, _ evidence: Evidence) throws -> [Double] {
    switch self {
    case .advantage: return LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    case .reward: return group.episodes.map(\.totalReward)
    case .nothing: return group.episodes.map { _ in 0 }
    case .potential(let source):
      return try group.episodes.enumerated().map { index, episode in
        -(try StateScores(source, of: episode, at: index, evidence).start ?? 0)
      }
    case .gain(let source, let weight):
      return try group.episodes.enumerated().map { index, episode in
        weight * (try StateScores(source, of: episode, at: index, evidence).gain)
      }
    }
  }
}
