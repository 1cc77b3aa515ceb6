public import TurnwiseCore

/// Pays each turn the gain in a potential, which leaves the best policy the best.
///
///     F_t = γ Φ(s_{t+1}) − Φ(s_t)        Φ = 0 after the last turn
///
/// (Ng, Harada and Russell 1999.) The discounted sum of the payments is −Φ(s_0), whatever the agent
/// does. Φ is the environment's own potential, or with `of=model` the value that a process reward model
/// gives to the state. γ is the discount of the estimator that consumes the payments, if it discounts
/// turns.
///
/// Φ is 0 after *every* last turn, also that of a truncated episode. If γ Φ of the state at the cut were
/// paid, an agent could earn by waiting in a promising state until time runs out, and the sum would no
/// longer telescope.
///
/// With `turn` the shaped return-to-go is G − Φ(s_t): the potential acts as a baseline of the state. A
/// potential that is close to the value removes most of the noise; at γ = 1 no potential, however wrong,
/// biases the gradient.
///
/// **When it misleads:** an estimator that compares whole episodes is not changed at all, as all of them
/// start in s_0.
public struct PotentialShaping: RewardShaper, Configurable {
  /// Whose potential is used.
  public enum Source: String, WordChoice {
    /// The environment's `potential(_:)`.
    case environment
    /// The values of a process reward model.
    case model
  }

  /// `potential`.
  public static let id = "potential"
  /// What the shaper pays for.
  public static let summary = "pays the gain in a potential"

  /// Whose potential Φ is.
  @Option("Whose potential is used.") public var of = Source.environment

  /// Creates the shaper with its default options.
  public init() {}

  /// Needs a potential, or a process reward model with `of=model`.
  public var needs: Set<Evidence.Need> { of == .environment ? [.potential] : [.processModel] }
  /// Unchanged.
  public var gradient: GradientClaim { .exact }
  /// The discounted sum is minus the potential of the first state.
  public var conserves: Conservation? { .potential(of) }
  /// Laws that different paths break.
  public var exceptions: [EstimatorLaw: String] {
    let paths = "episodes with equal returns may pass through different potentials"
    return [
      .deadGroup: paths, .nearlyDeadGroup: paths,
      .coefficient: "a potential cancels where episodes are compared from equal states on",
      .truncation: "the potential is 0 after every last turn, so that the sum cancels",
    ]
  }
  /// Warns where the potential cancels.
  public func advice(in setting: CreditSetting, consumer: any CreditEstimator) -> [CreditNotice] {
    CreditNotice.comparingWholeEpisodes(consumer, "in which a potential cancels")
  }

  /// Computes the process rewards.
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

extension CreditNotice {
  /// Returns a warning if the consumer of a shaper compares whole episodes, which the shaper leaves equal.
  static func comparingWholeEpisodes(
    _ consumer: any CreditEstimator, _ consequence: String
  ) -> [CreditNotice] {
    let id = type(of: consumer).id
    guard [RLOO.id, GRPO.id].contains(id) else { return [] }
    return [CreditNotice(.warning, "'\(id)' compares whole episodes, \(consequence)")]
  }
}
