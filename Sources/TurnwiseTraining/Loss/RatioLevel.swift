internal import Foundation
public import TurnwiseCore

/// The unit of tokens over which the ratio of probabilities is taken for clipping.
///
/// With ρ_j = π(j) / π_old(j) the ratio of token j, the unit u of a token is the token itself, its
/// turn or its episode, and its ratio is
///
///     product            r_u = Π_{j ∈ u} ρ_j
///     geometric mean     s_u = (Π_{j ∈ u} ρ_j)^(1/|u|)
///
/// Each token keeps a term of its own: -min(r A, clip(r) A) with its own advantage, in which the
/// ratio is constant except for the token's own log-probability (GSPO-token, arXiv 2507.18071,
/// equation 14). The derivative by that log-probability is -r A. Where all tokens of a unit share
/// one advantage and one weight w, the sum of their terms has the gradient of -w r A for a product,
/// and of -|u| w s A for a geometric mean, like one term for the whole unit.
public enum RatioLevel: String, WordChoice {
  /// Each token by itself (PPO, arXiv 1707.06347).
  case token
  /// The product over the tokens of the turn, which is the ratio of the turn's probabilities
  /// (Turn-PPO, arXiv 2512.17008).
  case turn
  /// The geometric mean over the tokens of the turn, which does not grow with its length.
  case turnMean = "turn-mean"
  /// The product over the sampled tokens of the episode, which is the ratio of the episode's
  /// probabilities.
  case sequence
  /// The geometric mean over the sampled tokens of the episode (GSPO, arXiv 2507.18071).
  case sequenceMean = "sequence-mean"

  /// Whether a unit can lie in several sequences, as an episode does after its context was full.
  public var spansTurns: Bool { self == .sequence || self == .sequenceMean }

  private var isMean: Bool { self == .turnMean || self == .sequenceMean }

  /// Returns the logarithm of the ratio that each token uses.
  ///
  /// - Parameters:
  ///   - logRatios: log π(j) - log π_old(j) of each token.
  ///   - places: The place of each token. All tokens of a unit must be among them.
  /// - Returns: The sum or mean over the unit of each token, in the order of the tokens.
  public func logRatios(_ logRatios: [Double], at places: [TokenPlace]) -> [Double] {
    require(logRatios.count == places.count, "Each token has one place.")
    guard self != .token else { return logRatios }
    var units: [TokenPlace: (sum: Double, count: Double)] = [:]
    for (logRatio, place) in zip(logRatios, places) {
      let unit = units[unit(of: place)] ?? (0, 0)
      units[self.unit(of: place)] = (unit.sum + logRatio, unit.count + 1)
    }
    return places.map { place in
      guard let unit = units[unit(of: place)] else { return 0 }
      return isMean ? unit.sum / unit.count : unit.sum
    }
  }

  /// Returns the unit of a token; all turns of an episode are one unit if the level spans turns.
  private func unit(of place: TokenPlace) -> TokenPlace {
    spansTurns ? TokenPlace(episode: place.episode, turn: 0) : place
  }

  /// Returns e^x for the logarithm of a ratio, limited to e^±20 so that no product overflows.
  public static func ratio(_ logRatio: Double) -> Double { exp(min(20, max(-20, logRatio))) }
}
