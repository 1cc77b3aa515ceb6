public import TurnwiseCore

/// Generalised advantage estimation over turns without a critic: the group is the value function.
///
/// V(s) is the mean return-to-go over the group's visits to s, and the recursion is that of
/// ``TurnGAE``. States are equal if their whole content is equal. (After GAGPO, arXiv 2605.13217, of
/// which only the abstract was available: the mean over visits is our reconstruction.)
///
/// With λ = 0 a turn gets the difference between the values of the two states that it leads from and to:
/// the luck of later turns does not reach it, as long as other episodes visited the later state too.
///
/// An episode that was cut off from outside bootstraps from the value of its last state if other episodes
/// visited that state, and from 0 otherwise. The environment's own turn limit is an end: nothing comes
/// after it.
///
/// With `standardize=graph` the credit of all turns is divided by its root mean square plus 10⁻⁶. With λ = 0
/// that is the edge credit of a graph of states, standardised over the whole graph (after G2PO, arXiv
/// 2606.22995, of which only the abstract was available).
///
/// **When it misleads:** the value of a state that is visited once is the return of that visit, so a turn
/// between two such states gets nothing (at λ = 0). Dividing makes the turns of a group in which little was
/// decided weigh as much as those of any other.
public struct GroupedGAE: CreditEstimator, Configurable {
  /// What credit is divided by.
  public enum Scale: String, WordChoice {
    /// By nothing.
    case none
    /// By its root mean square over all turns of the group.
    case graph
  }

  /// `group-gae`.
  public static let id = "group-gae"
  /// What the estimator does.
  public static let summary =
    "generalised advantage of each turn against mean returns of equal states"

  /// The discount per turn, γ in the literature.
  @Option<UnitInterval>("Discount per turn.") public var gamma = 1.0
  /// How far credit looks ahead before it trusts the group, λ in the literature.
  @Option<UnitInterval>("How far credit looks ahead before it trusts the group, from 0 to 1.")
  public var lambda = 0.5
  /// What credit is divided by.
  @Option("What credit is divided by: nothing, or its RMS over the group.")
  public var standardize = Scale.none

  /// Creates the estimator with its default options.
  public init() {}

  /// Needs the keys of states.
  public var needs: Set<Evidence.Need> { [.stateKeys] }
  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("an episode is part of the value of the states that it visits")
  }
  /// Laws that states which are visited once break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "the value of a state that is visited once is the return of that visit"
    var exceptions: [EstimatorLaw: String] = [.everyTurn: lone, .loneSurvivor: lone]
    exceptions.merge(EstimatorLaw.discounts(gamma)) { own, _ in own }
    for law in [EstimatorLaw.deadGroup, .nearlyDeadGroup, .constantReward] {
      exceptions[law] = "a cut episode is worth what others earned from its last state"
    }
    if standardize == .graph {
      let reason = "credit is divided by its root mean square over the turns of the group"
      for law in [EstimatorLaw.longEpisodes, .coefficient, .irrelevantTurn] {
        exceptions[law] = reason
      }
    }
    return exceptions
  }
  /// Refuses groups of one.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let values = try GroupValues(group, gamma: gamma)
    let credit = group.episodes.enumerated().map { index, episode in
      GeneralizedAdvantage.advantages(
        rewards: episode.turns.map(\.paid), values: values.before[index],
        valueAfter: values.after[index], gamma: gamma, lambda: lambda)
    }
    // The rounding of the means must not look like credit.
    let clean = credit.map { $0.map { abs($0) <= 1e-12 * values.scale ? 0 : $0 } }
    return GroupCredit(
      turns: standardize == .graph ? Self.standardized(clean) : clean, of: group,
      loneTurns: values.loneTurns)
  }

  /// Returns numbers divided by their root mean square plus 10⁻⁶.
  private static func standardized(_ credit: [[Double]]) -> [[Double]] {
    // The sum goes in ascending order, so that the order of the episodes does not change a bit.
    let squares = credit.joined().map { $0 * $0 }.sorted()
    let scale = squares.mean.squareRoot()
    return scale == 0 ? credit : credit.map { $0.map { $0 / (scale + Standardized.epsilon) } }
  }
}
