/// Normalisation of rewards by the number of the turn: MT-GRPO as it is usually written down.
///
/// With the rewards r_{i,k} of the episodes that have a turn k, and z their centred (with `std`,
/// standardised) values,
///
///     additive     A_{i,t} = Σ_{k≥t} γ^{k−t} z(r_{·,k})_i
///     cumulative   A_{i,t} = z(Σ_{k≥t} γ^{k−t} r_{·,k})_i
///
/// (Zeng et al. 2025, arXiv 2505.11821: for two turns these are its additive and cumulative forms.)
///
/// **Biased.** In the additive form the baseline of an episode has as many terms as the episode has
/// turns, and the policy decides how many that are. Each turn more costs its mean reward, whatever it
/// leads to: the expected gradient can vanish or turn round. Here to be compared with; to learn, use
/// ``TurnReturnToGo``.
public struct PerTurnIndex: CreditEstimator {
  /// `mt-grpo-biased`.
  public static let id = "mt-grpo-biased"
  /// What the estimator does.
  public static let summary = "rewards normalised per turn number (biased: punishes taking a turn)"

  /// The discount per turn, γ in the literature.
  public let gamma: Double
  /// Whether to divide by the standard deviation.
  public let std: Bool
  /// Whether returns-to-go are normalised rather than rewards.
  public let cumulative: Bool

  /// Creates the estimator.
  public init(gamma: Double = 1, std: Bool = false, cumulative: Bool = false) {
    UnitInterval.check(gamma, "gamma")
    self.gamma = gamma
    self.std = std
    self.cumulative = cumulative
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    std = try container.decode(Bool.self, forKey: .std)
    cumulative = try container.decode(Bool.self, forKey: .cumulative)
  }

  private enum CodingKeys: String, CodingKey { case gamma, std, cumulative }

  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("the number of baseline terms depends on when the policy stopped")
  }
  /// What the bias breaks.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "a turn that no other episode reached is compared with itself"
    let index = "rewards are compared by the number of their turn, not by what they add up to"
    return [
      .everyTurn: lone, .loneSurvivor: lone, .deadGroup: index, .nearlyDeadGroup: index,
      .constantReward: index, .stopping: "each further turn is charged its mean reward",
    ]
  }
  /// Warns of the bias.
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
      let alive = numbers.indices.filter { numbers[$0].count > turn }
      let values = alive.map { numbers[$0][turn] }
      let scores = std ? Standardized.scores(values) : Standardized.centred(values)
      for (member, score) in zip(alive, scores) { credit[member][turn] = score }
      loneTurns += alive.count == 1 ? 1 : 0
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
