public import TurnwiseCore

/// Normalises rewards by the number of their turn: MT-GRPO as it is usually written down.
///
/// With the rewards r_{i,k} of the episodes that have a turn k, and z their centred values
/// (standardised with `std`),
///
///     additive     A_{i,t} = Σ_{k≥t} γ^{k−t} z(r_{·,k})_i
///     cumulative   A_{i,t} = z(Σ_{k≥t} γ^{k−t} r_{·,k})_i
///
/// (Zeng et al. 2025, arXiv 2505.11821: for two turns these are its additive and cumulative forms.)
///
/// **Biased.** In the additive form the baseline of an episode has as many terms as the episode has
/// turns, and the policy decides how many those are. Each further turn is charged its mean reward,
/// whatever it leads to: the expected gradient can vanish or change its sign. It is included for
/// comparison; use ``TurnReturnToGo`` to train.
public struct PerTurnIndex: CreditEstimator, Configurable {
  /// `mt-grpo-biased`.
  public static let id = "mt-grpo-biased"
  /// What the estimator does.
  public static let summary = "rewards normalised per turn number (biased: punishes taking a turn)"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 1.0
  /// Whether to divide by the standard deviation.
  @Option("Whether to divide by the standard deviation.") public var std = false
  /// Whether to normalise returns-to-go rather than rewards.
  @Option("Whether to normalise returns-to-go rather than rewards.") public var cumulative = false

  /// Creates the estimator with its default options.
  public init() {}

  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the number of baseline terms depends on when the policy stopped")
  }
  /// Laws that the bias breaks.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "a turn that no other episode reached is compared with itself"
    let index = "rewards are compared by the number of their turn, not by what they add up to"
    var exceptions: [EstimatorLaw: String] = [
      .everyTurn: lone, .loneSurvivor: lone, .deadGroup: index, .nearlyDeadGroup: index,
      .constantReward: index, .stopping: "each further turn is charged its mean reward",
    ]
    if std { exceptions[.coefficient] = EstimatorLaw.dividesSizeOut }
    return exceptions
  }
  /// Refuses groups of one, and warns of the bias.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    CreditNotice.lonely(Self.id, in: setting) + [
      CreditNotice(
        .warning,
        "'\(Self.id)' is biased wherever the policy decides when an episode ends; 'turn' is not")
    ]
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let numbers =
      cumulative
      ? group.returnsToGo(gamma: gamma) : group.episodes.map { $0.turns.map(\.paid) }
    var credit = group.zeros
    var loneTurns = 0
    for turn in 0..<group.longest {
      let running = numbers.indices.filter { numbers[$0].count > turn }
      let values = running.map { numbers[$0][turn] }
      let scores = std ? Standardized.scores(values) : Standardized.centred(values)
      for (member, score) in zip(running, scores) { credit[member][turn] = score }
      loneTurns += running.count == 1 ? 1 : 0
    }
    if !cumulative {
      for member in credit.indices {
        for turn in credit[member].indices.dropLast().reversed() {
          credit[member][turn] += gamma * credit[member][turn + 1]
        }
      }
    }
    return GroupCredit(turns: credit, of: group, loneTurns: loneTurns)
  }
}
