/// Generalised advantage estimation over turns without a critic: the group is the value function.
///
/// V(s) is the mean return-to-go over the group's visits to s, and the recursion is that of
/// ``TurnGAE`` (after GAGPO, arXiv 2605.13217, of which only the abstract was at hand: the mean over
/// visits is our reconstruction). States are equal if their whole content is.
///
/// With λ = 0 a turn gets the difference between the values of the states that it led from and to; no
/// luck of later turns reaches it, if the later state was visited by others too.
///
/// **When it misleads:** a state that is visited once is worth what that visit earned, so a turn
/// between two such states gets nothing (at λ = 0). An episode that was cut from
/// outside bootstraps from the value of its last state where others passed through it, and from 0 where
/// nobody did; the environment's own turn limit is an end, after which there is nothing.
public struct GroupedGAE: CreditEstimator {
  /// `group-gae`.
  public static let id = "group-gae"
  /// What the estimator does.
  public static let summary =
    "generalised advantage of each turn against mean returns of equal states"

  /// The discount per turn, γ in the literature.
  public let gamma: Double
  /// How far credit looks ahead before it trusts the group, λ in the literature.
  public let lambda: Double

  /// Creates the estimator.
  public init(gamma: Double = 1, lambda: Double = 0.5) {
    UnitInterval.check(gamma, "gamma")
    UnitInterval.check(lambda, "lambda")
    self.gamma = gamma
    self.lambda = lambda
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    gamma = try container.decodeUnit(forKey: .gamma)
    lambda = try container.decodeUnit(forKey: .lambda)
  }

  private enum CodingKeys: String, CodingKey { case gamma, lambda }

  /// State keys.
  public var needs: Set<Evidence.Need> { [.stateKeys] }
  /// γ.
  public var discount: Double? { gamma }
  /// Biased.
  public var gradient: GradientClaim {
    .biased("an episode is part of the value of the states that it visits")
  }
  /// What singletons break.
  public var exceptions: [EstimatorLaw: String] {
    let lone = "a state that is visited once is worth what that visit earned"
    var exceptions: [EstimatorLaw: String] = [.everyTurn: lone, .loneSurvivor: lone]
    exceptions.merge(EstimatorLaw.discounts(gamma)) { own, _ in own }
    for law in [EstimatorLaw.deadGroup, .nearlyDeadGroup, .constantReward] {
      exceptions[law] = "a cut episode is worth what others earned from its last state"
    }
    return exceptions
  }
  /// Asks for a group of at least two.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let returns = group.returnsToGo(gamma: gamma)
    let anchors = try Anchors(group)
    var values = group.zeros
    var loneTurns = 0
    for visits in anchors.buckets {
      let mean = Anchors.mean(of: returns, over: visits)
      for visit in visits { values[visit.episode][visit.turn] = mean }
      loneTurns += visits.count == 1 ? 1 : 0
    }
    let credit = group.episodes.indices.map { index in
      let episode = group.episodes[index]
      let last = episode.isTruncated ? episode.finalKey.map(anchors.visits) ?? [] : []
      return GeneralizedAdvantage.advantages(
        rewards: episode.turns.map(\.paid), values: values[index],
        behind: last.isEmpty ? 0 : Anchors.mean(of: returns, over: last), gamma: gamma,
        lambda: lambda)
    }
    // Rounding of the means must not look like credit.
    let scale = returns.joined().map(abs).max() ?? 0
    let clean = credit.map { $0.map { abs($0) <= 1e-12 * scale ? 0 : $0 } }
    return GroupCredit(turns: clean, of: group, loneTurns: loneTurns)
  }
}
