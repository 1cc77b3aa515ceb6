/// A rule that says which turns and tokens of finished episodes deserve how much of the return.
///
/// An estimator is a value. Its stored properties are its options: `turn:gamma=0.95` on the command line
/// sets the option `gamma` of the estimator whose ``id`` is `turn`. It is a pure function of a group and
/// the evidence that it asked for, and computes in `Double`. An estimator of one's own, with two options:
///
/// ```swift
/// struct LastTurn: CreditEstimator {
///   static let id = "last"
///   static let summary = "all credit to the last turns"
///   @Option<Integers<1, 100>>("How many turns are credited.") var turns = 1
///   @Option<UnitInterval>("Weight of each earlier turn.") var decay = 1.0
///
///   func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
///     let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
///     return GroupCredit(
///       turns: zip(group.episodes, shares).map { episode, share in
///         (1...episode.turns.count).reversed().map { turnsLeft in
///           turnsLeft > turns ? 0 : share * pow(decay, Double(turnsLeft - 1))
///         }
///       }, of: group)
///   }
/// }
/// ```
///
/// ``EstimatorChecker`` checks it against the laws that all estimators are checked against.
public protocol CreditEstimator: Codable, Hashable, Sendable {
  /// The name on the command line: lower case, without `:`, `,`, `=` and `+`.
  static var id: String { get }

  /// What the estimator does, in one line that fits a list.
  static var summary: String { get }

  /// What must be measured before groups can be credited. Default: nothing.
  var needs: Set<Evidence.Need> { get }

  /// Whether credit differs within turns. Default: it does not.
  var granularity: CreditGranularity { get }

  /// The discount per turn at which process rewards must telescope; `nil` if tokens are discounted
  /// instead. Default: 1.
  var discount: Double? { get }

  /// What is known about the expected policy gradient. Default: it is the true one.
  ///
  /// ``EstimatorChecker`` checks the claim.
  var gradient: GradientClaim { get }

  /// What the credit of the turns of an episode sums to. Default: nothing is claimed.
  ///
  /// ``EstimatorChecker`` checks the claim.
  var conserves: Conservation? { get }

  /// Whether credit depends on which sub-task a turn worked on and a reward belongs to
  /// (``CreditTurn/subtask``, ``CreditTurn/shares``). Default: it does not.
  ///
  /// ``EstimatorChecker`` checks that sub-tasks change nothing, or that they are kept apart.
  var usesSubtasks: Bool { get }

  /// Whether continuations end with the sub-task in which they begin, and are paid what belongs to it.
  /// Default: they are played to the end of the episode.
  var forksEndWithSubtask: Bool { get }

  /// Laws that the estimator breaks on purpose, each with the reason. Default: none.
  var exceptions: [EstimatorLaw: String] { get }

  /// Returns warnings about these options in a setting, and reasons to refuse them. Default: none.
  ///
  /// It is called before a run starts. Unmet ``needs`` need not be mentioned; see ``notices(in:)``.
  func advice(in setting: CreditSetting) -> [CreditNotice]

  /// Returns requests for continuations, given those that were played so far. Default: none.
  ///
  /// It is called again until it requests nothing new, so that later requests can depend on the outcomes
  /// of earlier ones.
  func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest]

  /// Credits a group.
  ///
  /// - Parameters:
  ///   - group: Finished episodes of one scenario from one start.
  ///   - evidence: At least what ``needs`` lists.
  /// - Returns: Credit for each turn, in the order of the group.
  /// - Throws: A ``CreditError`` if evidence is missing or malformed.
  func credit(_ group: CreditGroup, evidence: Evidence) throws -> GroupCredit
}

extension CreditEstimator {
  /// Nothing is needed.
  public var needs: Set<Evidence.Need> { [] }
  /// Credit is the same for all tokens of a turn.
  public var granularity: CreditGranularity { .turn }
  /// Nothing is discounted.
  public var discount: Double? { 1 }
  /// The expected gradient is the true one.
  public var gradient: GradientClaim { .exact }
  /// No sum is claimed.
  public var conserves: Conservation? { nil }
  /// Sub-tasks make no difference.
  public var usesSubtasks: Bool { false }
  /// Continuations are played to the end of the episode.
  public var forksEndWithSubtask: Bool { false }
  /// No law is broken.
  public var exceptions: [EstimatorLaw: String] { [:] }
  /// There is nothing to warn of.
  public func advice(in setting: CreditSetting) -> [CreditNotice] { [] }
  /// No continuations are requested.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] { [] }

  /// The shaper, if the estimator is a ``ShapedEstimator``.
  public var shaper: (any RewardShaper)? { (self as? any Shaped)?.parts.shaper }

  /// Returns a refusal for each need that a setting cannot meet, then the estimator's advice.
  public func notices(in setting: CreditSetting) -> [CreditNotice] {
    needs.filter(setting.lacks).sorted()
      .map { need in
        let example = need == .processReward ? ": process=SHAPER+\(Self.id)" : ""
        return CreditNotice(
          .refusal, "'\(Self.id)' cannot be used here: \(need.remedy)\(example)")
      }
      + advice(in: setting)
  }
}

/// The unit that has one number of credit.
public enum CreditGranularity: String, Codable, Hashable, Sendable, CaseIterable {
  /// All tokens of a turn have the same credit.
  case turn
  /// Each token has its own credit.
  case token
}
