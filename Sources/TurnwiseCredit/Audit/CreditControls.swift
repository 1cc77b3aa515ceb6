internal import Foundation
public import TurnwiseCore

/// Credit that is wrong, or right, on purpose: what an audit must tell apart if it is to be believed.
public enum CreditControls {
  /// The same numbers in other places: a permutation of those of all groups, in the shape
  /// `[group][episode][turn]`.
  ///
  /// Over all permutations every place has the mean of all numbers, so the expected covariance with
  /// anything is 0. Permuting within groups would keep what groups have in common: with n independent
  /// turns in a group, the expected Pearson coefficient with the unshuffled numbers is 1/n.
  public static func shuffled(
    _ credit: [[[Double?]]], using random: inout Randomness
  ) -> [[[Double?]]] {
    var values = credit.joined().joined().compactMap(\.self).shuffled(using: &random)
    return credit.map { $0.map { $0.map { $0 == nil ? nil : values.removeLast() } } }
  }

  /// What `rloo` says, with the mass of each episode spread over its turns at random: weights come from
  /// a flat Dirichlet distribution.
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

  /// The group with the keys of its states exchanged among each other.
  ///
  /// As many turns as before seem to be in one situation, but not those that are.
  ///
  /// - Throws: A ``CreditError``, as the group was made with.
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
