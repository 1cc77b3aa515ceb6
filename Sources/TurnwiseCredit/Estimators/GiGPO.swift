public import TurnwiseCore

/// Adds a comparison with other visits to the same state to the comparison of whole episodes.
///
///     A_{i,t} = A^E_i + w A^S_{i,t}
///     A^E_i = R_i − mean R                    A^S_{i,t} = G_{i,t} − mean of G over visits to s_{i,t}
///
/// (GiGPO, Feng et al. 2025, arXiv 2505.10978.) States are equal if their whole content is equal, not
/// only what the agent saw of them. A state that is visited once has A^S = 0. With `std` both parts are
/// divided by their deviation. With `crossStep` A^E takes its mean over steps instead of episodes, as the
/// authors' released code does: long episodes then count more.
///
/// With `actions` the step part compares actions instead of visits, shrunk and gated (ECPO, arXiv
/// 2606.05885): with n_a visits that took action a, their mean return G_a, and the mean μ over all visits
/// to s,
///
///     A^S = ρ (n_a G_a + κ μ) / (n_a + κ) − ρ μ
///
/// where ρ is the share of the variance of G at s that lies between actions (1 without `gate`). A
/// rare action then needs more than one lucky episode to be credited.
///
/// **When it misleads:** A^S already holds the outcome, so the sum counts it twice. Where states rarely
/// repeat it is `grpo:std=false`. Rare states have A^S = 0 and are learnt more slowly than the true
/// gradient says.
public struct GiGPO: CreditEstimator, Configurable {
  /// `gigpo`.
  public static let id = "gigpo"
  /// What the estimator does.
  public static let summary =
    "as grpo, plus the return-to-go compared among visits to the same state"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 0.95
  /// The weight of the step part, w in the literature.
  @Option<NonNegative>("Weight of the step part.") public var weight = 1.0
  /// Whether to add the comparison of whole episodes.
  @Option("Whether to add the comparison of whole episodes.") public var episode = true
  /// Whether to divide by standard deviations.
  @Option("Whether to divide by standard deviations.") public var std = false
  /// Whether the episode part takes its mean over steps.
  @Option("Whether the episode part takes its mean over steps.") public var crossStep = false
  /// Whether the step part compares actions (ECPO).
  @Option("Whether the step part compares actions (ECPO).") public var actions = false
  /// How many visits the mean of a state counts as in the mean of an action, κ in the literature.
  @Option<NonNegative>("Visits that the mean of a state counts as in the mean of an action.")
  public var kappa = 2.0
  /// Whether the comparison of actions is scaled by the variance that they explain.
  @Option("Whether the comparison of actions is scaled by the variance that they explain.")
  public var gate = true

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the keys of states.
  public var needs: Set<Evidence.Need> { [.stateKeys] }
  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("states that are visited once have no step part, and a visit is part of its own mean")
  }
  /// Laws that the options, and states that are visited once, break.
  public var exceptions: [EstimatorLaw: String] {
    var exceptions = EstimatorLaw.discounts(gamma)
    if actions {
      exceptions[.irrelevantTurn] = "the gate and the shrinkage depend on what was sampled"
    }
    if std { exceptions[.coefficient] = EstimatorLaw.dividesSizeOut }
    if crossStep { exceptions[.longEpisodes] = "the mean is over steps" }
    if !episode {
      let reason = "a state that is visited once has nothing to be compared with"
      exceptions[.everyTurn] = reason
      exceptions[.loneSurvivor] = reason
    }
    return exceptions
  }
  /// Refuses groups of one, and warns where an option leaves out a part.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    if weight == 0 {
      notices.append(
        CreditNotice(.warning, "'gigpo' with weight=0 compares episodes only, as 'grpo'"))
    }
    if crossStep, !episode {
      notices.append(CreditNotice(.warning, "'gigpo' with episode=false does not use crossStep"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let returns = group.returnsToGo(gamma: gamma)
    var credit = episode ? group.broadcast(episodePart(group)) : group.zeros
    var loneTurns = 0
    for visits in try Anchors(group).buckets {
      loneTurns += visits.count == 1 ? 1 : 0
      let values = visits.map { returns[$0.episode][$0.turn] }
      let part = actions ? actionPart(group, visits, values) : visitPart(values)
      for (visit, value) in zip(visits, part) {
        credit[visit.episode][visit.turn] += weight * value
      }
    }
    return GroupCredit(turns: credit, of: group, loneTurns: loneTurns)
  }

  private func episodePart(_ group: CreditGroup) -> [Double] {
    let returns = group.episodes.map(\.totalReward)
    guard crossStep, !LeaveOneOut.areEqual(returns) else { return visitPart(returns) }
    let steps = group.broadcast(returns).flatMap(\.self).sorted()
    let mean = steps.mean
    let deviation = Standardized.deviation(of: steps.map { $0 - mean }, ddof: 1)
    return returns.map { ($0 - mean) / (std ? deviation + Standardized.epsilon : 1) }
  }

  private func visitPart(_ values: [Double]) -> [Double] {
    std ? Standardized.scores(values) : Standardized.centred(values)
  }

  private func actionPart(
    _ group: CreditGroup, _ visits: [Anchors.Visit], _ values: [Double]
  ) -> [Double] {
    let centred = Standardized.centred(values)
    let members = visits.indices.map { index in
      let key = group.episodes[visits[index].episode].turns[visits[index].turn].actionKey
      return visits.indices.filter { other in
        group.episodes[visits[other].episode].turns[visits[other].turn].actionKey == key
      }
    }
    let means = members.map { indices in indices.map { centred[$0] }.orderedMean }
    let share = gate ? Self.shareOfVariance(of: centred, between: means) : 1
    return zip(members, means).map { indices, mean in
      share * Double(indices.count) * mean / (Double(indices.count) + kappa)
    }
  }

  /// The share of the variance of centred numbers that lies between the means of their classes.
  private static func shareOfVariance(
    of centred: [Double], between means: [Double]
  ) -> Double {
    let total = centred.map { $0 * $0 }.sorted().reduce(0, +)
    let between = means.map { $0 * $0 }.sorted().reduce(0, +)
    return total > 0 ? between / total : 0
  }
}
