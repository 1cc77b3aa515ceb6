internal import TurnwiseCore

/// Broadcast of the return less the group's mean, divided by the group's standard deviation.
///
/// A_{i,t} = (R_i − mean R) / (sd R + 10⁻⁶) for every turn t of episode i (Shao et al. 2024, arXiv
/// 2402.03300). With `std=false` nothing is divided: Dr. GRPO (Liu et al. 2025, arXiv 2503.20783).
///
/// The mean includes the episode's own return, which shrinks the expected gradient to (N−1)/N of the
/// true one. Dividing weighs groups by how rarely they differ, so groups that are nearly always won or
/// lost count more; the expected gradient then has another scale in each group.
public struct GRPO: CreditEstimator {
  /// `grpo`.
  public static let id = "grpo"
  /// What the estimator does.
  public static let summary =
    "total reward minus the group's mean over its deviation, for every turn"

  /// Whether to divide by the standard deviation.
  public let std: Bool
  /// 1 for the sample's standard deviation, 0 for the population's.
  public let ddof: Int

  /// Creates the estimator.
  public init(std: Bool = true, ddof: Int = 1) {
    require(0...1 ~= ddof, "\(Self.id): ddof must be 0 or 1, but is \(ddof).")
    self.std = std
    self.ddof = ddof
  }

  /// Reads the options.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    std = try container.decode(Bool.self, forKey: .std)
    ddof = try container.decodeInteger(0...1, forKey: .ddof)
  }

  private enum CodingKeys: String, CodingKey { case std, ddof }

  /// (N−1)/N of the true one, or of another scale.
  public var gradient: GradientClaim {
    std
      ? .biased("dividing by the deviation weighs groups by how rarely their episodes differ")
      : .meanCentred(factor: 1)
  }

  /// Asks for a group of at least two, and warns where dividing leaves signs only.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if std, setting.groupSize == 2 {
      notices.append(
        CreditNotice(
          .warning,
          "'grpo' in groups of 2 says who was better and not by how much; use std=false"))
    }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
    let returns = group.episodes.map(\.totalReward)
    let advantages =
      std ? Standardized.scores(returns, ddof: ddof) : Standardized.centred(returns)
    return GroupCredit(
      turns: group.broadcast(advantages), of: group,
      loneTurns: group.episodes.count == 1 ? group.longest : 0)
  }
}
