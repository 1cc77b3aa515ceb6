/// Return-to-go of each turn, compared with the other episodes that reached a turn of that number.
///
/// With G_{i,t} = Σ_{k≥t} γ^{k−t} r_{i,k} and n_t episodes alive at turn t,
///
///     A_{i,t} = G_{i,t} − (1/(n_t−1)) Σ_{j alive at t, j≠i} G_{j,t}
///
/// This is the unbiased form of the per-turn comparison of MT-GRPO (Zeng et al. 2025, arXiv
/// 2505.11821). Being alive at t is decided before action t, so the baseline is legal; normalising
/// the *rewards* of each turn number instead is not: it subtracts as many terms as the episode's own
/// stopping chose, and can take away the whole gradient.
///
/// A lone survivor (n_t = 1) has no peers at t and falls back to all the others:
/// A_{i,t} = Σ_{k<t} r_{i,k} + G_{i,t} − (1/(N−1)) Σ_{j≠i} R_j, which for γ = 1 is the credit of
/// ``RLOO``. Neither what i was paid before t nor the others depend on action t, so this stays
/// unbiased; giving lone survivors zero would shrink the gradient of late turns.
///
/// A group of one and a group with equal returns-to-go get zero credit. A truncated episode counts
/// with what it was paid; nothing is added behind its end. With γ = 1 the expected policy gradient is
/// exactly the true one; γ < 1 (per turn) trades bias for variance.
public struct TurnReturnToGo: CreditEstimator {
  /// `turn`.
  public static let id = "turn"
  /// What the estimator does.
  public static let summary = "return from the turn on, minus that of the others still playing"

  /// The discount per turn, γ in the literature.
  public let gamma: Double

  /// Creates the estimator.
  public init(gamma: Double = 1) {
    UnitInterval.check(gamma, "gamma")
    self.gamma = gamma
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    gamma = try decoder.container(keyedBy: CodingKeys.self).decodeUnit(forKey: .gamma)
  }

  private enum CodingKeys: String, CodingKey { case gamma }

  /// γ.
  public var discount: Double? { gamma }
  /// True where nothing is discounted.
  public var gradient: GradientClaim {
    gamma == 1 ? .exact : .biased("the discount makes the return another one")
  }
  /// What a discount breaks.
  public var exceptions: [EstimatorLaw: String] { EstimatorLaw.discounts(gamma) }
  /// Warns where the comparison cannot tell turns apart.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    if setting.turnLimit == 1 { notices.append(.singleTurn(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let returns = group.episodes.map { $0.returnsToGo(gamma: gamma) }
    var credit = returns.map { $0.map { _ in 0.0 } }
    var loneTurns = 0
    for turn in 0..<group.longest {
      let alive = returns.indices.filter { returns[$0].count > turn }
      if alive.count == 1 {
        credit[alive[0]][turn] = loneCredit(
          of: alive[0], turn: turn, returns[alive[0]][turn], group)
        loneTurns += 1
      } else {
        let advantages = LeaveOneOut.advantages(alive.map { returns[$0][turn] })
        for (member, advantage) in zip(alive, advantages) { credit[member][turn] = advantage }
      }
    }
    return GroupCredit(turns: credit, of: group, loneTurns: loneTurns)
  }

  private func loneCredit(
    of member: Int, turn: Int, _ returnToGo: Double, _ group: CreditGroup
  ) -> Double {
    let past = group.episodes[member].turns[..<turn].reduce(0) { $0 + $1.paid }
    var totals = group.episodes.map(\.totalReward)
    if gamma < 1 { totals[member] = past + returnToGo }  // Else equal, up to the order of the sum.
    return LeaveOneOut.advantages(totals)[member]
  }
}
