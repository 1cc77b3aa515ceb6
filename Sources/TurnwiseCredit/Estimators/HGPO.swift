internal import Foundation
internal import TurnwiseCore

/// Comparison among visits to the same state, weighed towards those with the same past.
///
///     A_{i,t} = Σ_k w_k (G_{i,t} − mean of G over visits that agree on the last k + 1 states)
///     w_k = (k + 1)^α / Σ_l (l + 1)^α        k = 0 … K
///
/// over the levels k at which at least one other visit agrees (HGPO, He et al. 2026, arXiv
/// 2602.22817). A policy that remembers is in another situation when it came another way; the more of
/// the past two visits share, the fairer their comparison and the fewer there are.
///
/// The released code skips levels whose advantage is 0, which also drops genuine zeros; here a level
/// counts if somebody else is there. With K = 0 this is the step part of ``GiGPO``. There is no
/// episode part: a state visited once has no credit.
public struct HGPO: CreditEstimator {
  /// `hgpo`.
  public static let id = "hgpo"
  /// What the estimator does.
  public static let summary = "return-to-go compared among visits that share the state and its past"

  /// The discount per turn, γ in the literature.
  public let gamma: Double
  /// How many states of the past are compared at most, K in the literature.
  public let depth: Int
  /// How much more weight a longer shared past has, α in the literature.
  public let alpha: Double

  /// Creates the estimator.
  public init(gamma: Double = 0.95, depth: Int = 2, alpha: Double = 1) {
    UnitInterval.check(gamma, "gamma")
    require(
      0...64 ~= depth, "\(Self.id): depth must lie between 0 and 64, but is \(depth).")
    require(
      alpha >= 0 && alpha.isFinite,
      "\(Self.id): alpha must be a finite number of at least 0, but is \(alpha).")
    self.gamma = gamma
    self.depth = depth
    self.alpha = alpha
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    depth = try container.decodeInteger(0...64, forKey: .depth)
    alpha = try container.decodeAmount(forKey: .alpha)
  }

  private enum CodingKeys: String, CodingKey { case gamma, depth, alpha }

  /// State keys.
  public var needs: Set<Evidence.Need> { [.stateKeys] }
  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("states that are visited once have no credit, and a visit is part of its own mean")
  }
  /// What singletons break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "a state that is visited once has nothing to be compared with"
    return EstimatorLaw.discounts(gamma).merging([.everyTurn: lone, .loneSurvivor: lone]) { $1 }
  }
  /// Asks for a group of at least two.
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
