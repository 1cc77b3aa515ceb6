public import TurnwiseCore

/// Pays each turn for the progress it made, in a way that leaves the best policy the best.
///
///     F_t = γ Φ(s_{t+1}) − Φ(s_t)        Φ = 0 behind the last turn
///
/// (Ng, Harada and Russell 1999.) The discounted sum of the additions is −Φ(s_0), whatever the agent
/// does. Φ is the environment's own potential, or with `of=model` the value that a process reward model
/// gives the state. γ is that of the estimator that consumes, if it discounts turns.
///
/// Φ is 0 behind *every* last turn, also that of a truncated episode. Paying γ Φ of the state it was
/// cut off in would let an agent earn by stalling in a promising state until time runs out, and
/// the sum would no longer telescope.
///
/// With `turn` the shaped return-to-go is G − Φ(s_t): the potential acts as a baseline of the state. One
/// that is close to the value takes away most of the noise; at γ = 1 none, however wrong, biases the
/// gradient. An estimator that compares whole episodes is not changed at all: all of them start in s_0.
public struct PotentialShaping: RewardShaper {
  /// Whose potential.
  public enum Source: String, WordChoice { case environment, model }

  /// `potential`.
  public static let id = "potential"
  /// What is paid for.
  public static let summary = "pays the gain in a potential"

  /// Whose potential Φ is.
  public let of: Source

  /// Creates the shaping.
  public init(of: Source = .environment) { self.of = of }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    of = try decoder.container(keyedBy: CodingKeys.self).decode(Source.self, forKey: .of)
  }

  private enum CodingKeys: String, CodingKey { case of }

  /// A potential.
  public var needs: Set<Evidence.Need> { of == .environment ? [.potential] : [.processModel] }
  /// Unchanged.
  public var gradient: GradientClaim { .exact }
  /// What different paths break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may pass through different potentials"
    return [
      .deadGroup: paths, .nearlyDeadGroup: paths,
      .truncation: "the potential is 0 behind every last turn, so that the sum cancels",
    ]
  }
  /// Warns where the potential cancels.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    guard ["rloo", "grpo"].contains(type(of: consumer).id) else { return [] }
    return [
      CreditNotice(
        .warning,
        "'\(type(of: consumer).id)' compares whole episodes, in which a potential cancels")
    ]
  }

  /// Computes what is paid.
  public func rewards(
    _ group: CreditGroup, evidence: Evidence, discount: Double
  ) throws -> ProcessRewards {
    ProcessRewards(
      turns: try group.episodes.enumerated().map { index, episode in
        let potentials = try potentials(of: episode, at: index, evidence)
        return zip(potentials, potentials.dropFirst() + [0]).map { discount * $1 - $0 }
      })
  }

  private func potentials(
    of episode: CreditEpisode, at index: Int, _ evidence: Evidence
  ) throws -> [Double] {
    switch of {
    case .model:
      let model = try evidence.requireProcessModel()
      return try model.valuesBeforeTurns(of: episode, at: index)
    case .environment:
      return try episode.turns.enumerated().map { turn, value in
        guard let potential = value.potential else {
          throw CreditError.noPotential(episode: episode.name, turn: turn)
        }
        return potential
      }
    }
  }
}
