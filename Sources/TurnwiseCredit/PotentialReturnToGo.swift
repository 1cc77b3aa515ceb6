/// Process reward from the environment's potential, credited as return-to-go of each turn.
///
/// The rewards are shaped by ``PotentialShaping`` and then credited by ``TurnReturnToGo`` with the
/// same γ. Because the shaping telescopes, the shaped return-to-go is G_{i,t} − Φ(s_{i,t}): the
/// potential acts as a baseline of the state before the turn. A potential close to the value function
/// takes away most of the noise; with γ = 1 no potential, however wrong, biases the gradient.
///
/// A group of one gets zero credit. Episodes with equal returns still get credit where they passed
/// through different potentials. All turns need a potential, else ``CreditError/noPotential(episode:turn:)``.
public struct PotentialReturnToGo: CreditEstimator {
  /// `process`.
  public static let id = "process"
  /// What the estimator does.
  public static let summary = "as turn, after adding the gain in the environment's potential"

  /// The discount per turn, γ in the literature, of both the shaping and the return.
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

  /// The environment's potential.
  public var needs: Set<Evidence.Need> { [.potential] }

  /// Warns where the potential cancels.
  public func advice(in setting: CreditSetting) -> [CreditNotice] {
    var notices = CreditNotice.lonely(Self.id, in: setting)
    if gamma == 0 { notices.append(.myopic(Self.id)) }
    if setting.turnLimit == 1 { notices.append(.singleTurn(Self.id)) }
    return notices
  }

  /// Credits a group.
  public func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit {
    let shaped = try group.replacingRewards(PotentialShaping(gamma: gamma).rewards(of: group))
    let credit = TurnReturnToGo(gamma: gamma).credit(shaped, evidence: evidence)
    // Counted again: whether returns are equal is a fact about what the environment paid.
    return GroupCredit(
      credit.episodes, of: group, loneTurns: credit.diagnostics.loneTurns)
  }
}
