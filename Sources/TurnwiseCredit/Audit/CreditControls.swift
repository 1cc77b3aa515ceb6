internal import Foundation
public import TurnwiseCore

/// Credit that is wrong on purpose: a valid audit must distinguish it from good credit.
public enum CreditControls {
  /// Returns a permutation of the numbers of all groups, in the shape `[group][episode][turn]`.
  ///
  /// Over all permutations every place has the mean of all numbers, so the expected covariance with any
  /// other numbers is 0. Permuting within groups would keep what the turns of a group have in common:
  /// with n independent turns in a group, the expected Pearson coefficient with the unshuffled numbers is
  /// 1/n.
  public static func shuffled(
    _ credit: [[[Double?]]], using random: inout Randomness
  ) -> [[[Double?]]] {
    var values = credit.joined().joined().compactMap(\.self).shuffled(using: &random)
    return credit.map { $0.map { $0.map { $0 == nil ? nil : values.removeLast() } } }
  }

  /// Returns the credit of `rloo` with the sum of each episode distributed over its turns at random.
  ///
  /// The weights are drawn from a flat Dirichlet distribution.
  public static func redistributed(
    _ group: CreditGroup, using random: inout Randomness
  ) -> [[Double]] {
    let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
    return zip(group.episodes, shares).map { episode, share in
      let weights = episode.turns.map { _ in -log(1 - random.unit()) }
      let total = weights.reduce(0, +)
      return weights.map { share * Double(weights.count) * $0 / total }
    }
  }

  /// Returns the group with the keys of its states permuted.
  ///
  /// As many turns as before appear to share a state, but not those that really do.
  ///
  /// - Throws: A ``CreditError``, as the initialiser of the group does.
  public static func breakingKeys(
    of group: CreditGroup, using random: inout Randomness
  ) throws -> CreditGroup {
    var keys = group.episodes.flatMap { $0.turns.map(\.stateKey) }.shuffled(using: &random)
    return try CreditGroup(
      group.episodes.map { episode in
        var episode = episode
        for turn in episode.turns.indices { episode.turns[turn].stateKey = keys.removeLast() }
        return episode
      })
  }
}
