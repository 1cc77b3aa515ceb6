/// Potential-based reward shaping: pays each turn for the progress it made.
///
/// r'_t = r_t + γ Φ(s_{t+1}) − Φ(s_t), with Φ = 0 behind the last turn (Ng, Harada and Russell 1999).
/// The discounted sum of the additions is −Φ(s_0), whatever the agent does, so the best policy stays
/// the best.
///
/// Φ is 0 behind *every* last turn, also that of a truncated episode. Paying γ Φ of the state it was
/// cut off in would let an agent earn by stalling in a promising state until time runs out, and
/// the sum would no longer telescope.
public struct PotentialShaping: Hashable, Sendable {
  /// The discount per turn, γ in the literature; must be that of the recursion that follows.
  public let gamma: Double

  /// Creates the shaping.
  public init(gamma: Double = 1) {
    UnitInterval.check(gamma, "gamma")
    self.gamma = gamma
  }

  /// Returns the rewards with what the potential adds, in the shape `[episode][turn]`.
  ///
  /// - Throws: ``CreditError/noPotential(episode:turn:)``.
  public func rewards(of group: CreditGroup) throws -> [[Double]] {
    try group.episodes.map { episode in
      let potentials = try episode.turns.enumerated().map { index, turn in
        guard let potential = turn.potential else {
          throw CreditError.noPotential(episode: episode.name, turn: index)
        }
        return potential
      }
      return episode.turns.enumerated().map { index, turn in
        let next = index + 1 < potentials.count ? potentials[index + 1] : 0
        return turn.paid + gamma * next - potentials[index]
      }
    }
  }
}
