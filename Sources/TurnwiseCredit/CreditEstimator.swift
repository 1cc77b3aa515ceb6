/// A rule that says which turns and tokens of finished episodes deserve how much of the return.
///
/// An estimator is a value whose stored properties are its options: `turn:gamma=0.95` on the command
/// line sets the property `gamma` of the estimator whose ``id`` is `turn`. It is a pure function of
/// a group and the evidence it asked for, and works in `Double`. An estimator of one's own:
///
/// ```swift
/// struct LastTurn: CreditEstimator {
///   static let id = "last"
///   static let summary = "all credit to the last turn"
///   func credit(_ group: CreditGroup, evidence: Evidence) -> GroupCredit {
///     let shares = LeaveOneOut.advantages(group.episodes.map(\.totalReward))
///     return GroupCredit(
///       turns: zip(group.episodes, shares).map { episode, share in
///         Array(repeating: 0, count: episode.turns.count - 1) + [share]
///       }, of: group)
///   }
/// }
/// ```
///
/// Hold it against the laws that all estimators are held against: ``EstimatorChecker``.
public protocol CreditEstimator: Codable, Hashable, Sendable {
  /// The name on the command line: lower case, without `:`, `,`, `=` and `+`.
  static var id: String { get }

  /// What the estimator does, in one line that fits a list.
  static var summary: String { get }

  /// What must be measured before groups can be credited. Default: nothing.
  var needs: Set<Evidence.Need> { get }

  /// Whether credit differs within turns. Default: it does not.
  var granularity: CreditGranularity { get }

  /// The discount per turn that process rewards must telescope under; `nil` if tokens are discounted
  /// instead. Default: 1.
  var discount: Double? { get }

  /// What is known about the expected policy gradient. Default: it is the true one.
  ///
  /// ``EstimatorChecker`` holds the estimator to it.
  var gradient: GradientClaim { get }

  /// Laws that the estimator breaks on purpose, each with the reason. Default: none.
  var exceptions: [EstimatorLaw: String] { get }

  /// What to say about these options in a setting, before anything is spent. Default: nothing.
  ///
  /// Unmet ``needs`` need not be mentioned; see ``notices(in:)``.
  func advice(in setting: CreditSetting) -> [CreditNotice]

  /// Asks for continuations, given those that were played so far. Default: none.
  ///
  /// Asked again until nothing new is wanted, so that a second wish can depend on what the first one
  /// brought.
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
  /// None.
  public var needs: Set<Evidence.Need> { [] }
  /// By turn.
  public var granularity: CreditGranularity { .turn }
  /// 1.
  public var discount: Double? { 1 }
  /// The true one.
  public var gradient: GradientClaim { .exact }
  /// None.
  public var exceptions: [EstimatorLaw: String] { [:] }
  /// None.
  public func advice(in setting: CreditSetting) -> [CreditNotice] { [] }
  /// None.
  public func requests(_ group: CreditGroup, evidence: Evidence) -> [ForkRequest] { [] }

  /// The shaper, if the estimator consumes process rewards of one.
  public var shaper: (any RewardShaper)? { (self as? any Shaped)?.parts.shaper }

  /// Returns the needs that a setting cannot meet as refusals, then the estimator's advice.
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

/// What carries one number of credit.
public enum CreditGranularity: String, Codable, Hashable, Sendable, CaseIterable {
  /// All tokens of a turn.
  case turn
  /// Each token.
  case token
}

/// What is known about the expected policy gradient Σ_{i,t} A_{i,t} ∇log π of an estimator.
///
/// Claims are about discount 1, exact critics and exact forks; process reward models and potentials
/// may be wrong.
public enum GradientClaim: Codable, Hashable, Sendable {
  /// It is the true gradient.
  case exact
  /// It is the true gradient times (N−1)/N × `factor`, for groups of N.
  case meanCentred(factor: Double)
  /// It is the true gradient times a number.
  case scaled(Double)
  /// It is another vector; the words say why.
  case biased(String)

  /// What the gradient is multiplied with in groups of a size; `nil` if it is biased.
  public func factor(groupSize: Int) -> Double? {
    switch self {
    case .exact: 1
    case .meanCentred(let factor): factor * Double(groupSize - 1) / Double(groupSize)
    case .scaled(let factor): factor
    case .biased: nil
    }
  }

  /// The claim where returns are multiplied as well.
  func times(_ factor: Double) -> GradientClaim {
    if factor == 1 { return self }
    return switch self {
    case .exact: .scaled(factor)
    case .meanCentred(let own): .meanCentred(factor: own * factor)
    case .scaled(let own): .scaled(own * factor)
    case .biased: self
    }
  }
}
