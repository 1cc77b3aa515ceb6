public import TurnwiseCore

/// Compares the return-to-go of each turn with the other episodes that reached a turn of that number.
///
/// With G_{i,t} = Σ_{k≥t} γ^{k−t} r_{i,k} and n_t episodes still running at turn t,
///
///     A_{i,t} = G_{i,t} − (1/(n_t−1)) Σ_{j running at t, j≠i} G_{j,t}
///
/// This is the unbiased form of the per-turn comparison of MT-GRPO (Zeng et al. 2025, arXiv
/// 2505.11821). Whether an episode is running at t is decided before action t, so the baseline may
/// depend on it. Normalising the *rewards* of each turn number instead is biased: it subtracts as many
/// terms as the episode has turns, which the policy decides, and can remove the whole gradient.
///
/// The only episode that is still running (n_t = 1) has nothing to be compared with at t. It is compared
/// with all the others:
///
///     A_{i,t} = Σ_{k<t} r_{i,k} + G_{i,t} − (1/(N−1)) Σ_{j≠i} R_j
///
/// For γ = 1 this is the credit of ``RLOO``. Neither what i was paid before t nor the other episodes
/// depend on action t, so it stays unbiased; zero credit would shrink the gradient of late turns.
///
/// A group of one and a group with equal returns-to-go get zero credit. A truncated episode counts
/// with the reward that it was paid; nothing is added after its end. With γ = 1 the expected policy
/// gradient is exactly the true one; γ < 1 (per turn) trades bias for variance.
public struct TurnReturnToGo: CreditEstimator, Configurable {
  /// `turn`.
  public static let id = "turn"
  /// What the estimator does.
  public static let summary = "return from the turn on, minus that of the others still playing"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  /// γ.
  public var discount: Double? { gamma }
  /// The true gradient where nothing is discounted.
  public var gradient: GradientClaim { gamma == 1 ? .exact : .discounted }
  /// Laws that a discount breaks.
  public var exceptions: [EstimatorLaw: String] { EstimatorLaw.discounts(gamma) }
  /// Refuses groups of one, and warns where the comparison cannot tell turns apart.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    if setting.turnLimit == 1 { notices.append(.singleTurn(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let returns = group.returnsToGo(gamma: gamma)
    var credit = group.zeros
    var loneTurns = 0
    for turn in 0..<group.longest {
      let running = returns.indices.filter { returns[$0].count > turn }
      if running.count == 1 {
        credit[running[0]][turn] = creditOfLoneTurn(
          turn, of: running[0], returnToGo: returns[running[0]][turn], group)
        loneTurns += 1
      } else {
        let advantages = LeaveOneOut.advantages(running.map { returns[$0][turn] })
        for (member, advantage) in zip(running, advantages) { credit[member][turn] = advantage }
      }
    }
    return GroupCredit(turns: credit, of: group, loneTurns: loneTurns)
  }

  private func creditOfLoneTurn(
    _ turn: Int, of member: Int, returnToGo: Double, _ group: CreditGroup
  ) -> Double {
    let past = group.episodes[member].turns[..<turn].reduce(0) { $0 + $1.paid }
    var totals = group.episodes.map(\.totalReward)
    // Without a discount the two are equal, up to the order of the sum.
    if gamma < 1 { totals[member] = past + returnToGo }
    return LeaveOneOut.advantages(totals)[member]
  }
}
