internal import Foundation
public import TurnwiseCore

/// Compares visits to the same state, with more weight for visits that share more of their past.
///
///     A_{i,t} = Σ_k w_k (G_{i,t} − mean of G over visits that agree on the last k + 1 states)
///     w_k = (k + 1)^α / Σ_l (l + 1)^α        k = 0 … K
///
/// over the levels k at which at least one other visit agrees (HGPO, He et al. 2026, arXiv
/// 2602.22817). A policy that remembers is in a different situation if it came by a different way. The
/// more of their past two visits share, the fairer is their comparison, and the fewer such visits there
/// are.
///
/// The released code skips levels whose advantage is 0, which also drops genuine zeros; here a level
/// counts if another visit agrees. With K = 0 this is the step part of ``GiGPO``.
///
/// **When it misleads:** there is no episode part, so a state that is visited once gets no credit.
public struct HGPO: CreditEstimator, Configurable {
  /// `hgpo`.
  public static let id = "hgpo"
  /// What the estimator does.
  public static let summary = "return-to-go compared among visits that share the state and its past"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 0.95
  /// The most states of the past that are compared, K in the literature.
  @Option<Integers<0, 64>>("Most states of the past that are compared.") public var depth = 2
  /// How much more weight a longer shared past has, α in the literature.
  @Option<NonNegative>("How much more weight a longer shared past has.") public var alpha = 1.0

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the keys of states.
  public var needs: Set<Evidence.Need> { [.stateKeys] }
  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("states that are visited once have no credit, and a visit is part of its own mean")
  }
  /// Laws that states which are visited once break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "a state that is visited once has nothing to be compared with"
    return EstimatorLaw.discounts(gamma).merging([.everyTurn: lone, .loneSurvivor: lone]) { $1 }
  }
  /// Refuses groups of one, and warns where depth 0 leaves the step part of ``GiGPO``.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    if depth == 0 {
      notices.append(
        CreditNotice(.warning, "'hgpo' with depth=0 is the step part of 'gigpo' alone"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let returns = group.returnsToGo(gamma: gamma)
    var (credit, weights) = (group.zeros, group.zeros)
    for level in 0...depth {
      let weight = pow(Double(level + 1), alpha)
      for visits in try Anchors(group, history: level).buckets where visits.count > 1 {
        let advantages = Standardized.centred(visits.map { returns[$0.episode][$0.turn] })
        for (visit, advantage) in zip(visits, advantages) {
          credit[visit.episode][visit.turn] += weight * advantage
          weights[visit.episode][visit.turn] += weight
        }
      }
    }
    for member in credit.indices {
      for turn in credit[member].indices where weights[member][turn] > 0 {
        credit[member][turn] /= weights[member][turn]
      }
    }
    return GroupCredit(
      turns: credit, of: group,
      loneTurns: weights.reduce(0) { $0 + $1.count(where: { $0 == 0 }) })
  }
}
