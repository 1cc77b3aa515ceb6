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
public protocol CreditEstimator: Codable, Hashable, Sendable {
  /// The name on the command line: lower case, without `:`, `,` or `=`.
  static var id: String { get }

  /// What the estimator does, in one line that fits a list.
  static var summary: String { get }

  /// What must be measured before groups can be credited. Default: nothing.
  var needs: Set<Evidence.Need> { get }

  /// What to say about these options in a setting, before anything is spent. Default: nothing.
  ///
  /// Unmet ``needs`` need not be mentioned; see ``notices(in:)``.
  func advice(in setting: CreditSetting) -> [CreditNotice]

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

  /// None.
  public func advice(in setting: CreditSetting) -> [CreditNotice] { [] }

  /// Returns the needs that a setting cannot meet as refusals, then the estimator's advice.
  public func notices(in setting: CreditSetting) -> [CreditNotice] {
    Evidence.Need.allCases.filter { needs.contains($0) && setting.lacks($0) }
      .map { CreditNotice(.refusal, "'\(Self.id)' cannot be used here: \($0.remedy)") }
      + advice(in: setting)
  }
}

/// What is known about a run before it starts.
public struct CreditSetting: Hashable, Sendable {
  /// How many episodes a group has.
  public var groupSize: Int
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit: Int
  /// Whether the environment has a potential.
  public var hasPotential: Bool
  /// Whether the policy samples tokens.
  public var samplesTokens: Bool

  /// Describes a run.
  public init(groupSize: Int, turnLimit: Int, hasPotential: Bool = true, samplesTokens: Bool = true)
  {
    self.groupSize = groupSize
    self.turnLimit = turnLimit
    self.hasPotential = hasPotential
    self.samplesTokens = samplesTokens
  }

  /// Whether no run in this setting can meet a need.
  public func lacks(_ need: Evidence.Need) -> Bool {
    switch need {
    case .potential: !hasPotential
    case .tokens: !samplesTokens
    case .critic, .stateKeys: false
    }
  }
}

/// Something to say about an estimator before a run starts.
public struct CreditNotice: Hashable, Sendable {
  /// What to do about a notice.
  public enum Severity: String, Codable, Hashable, Sendable {
    /// The run may start, but may not do what was meant.
    case warning
    /// The run must not start.
    case refusal
  }

  /// What to do about it.
  public var severity: Severity
  /// What is the matter: lower case, without a full stop.
  public var message: String

  /// Creates a notice.
  public init(_ severity: Severity, _ message: String) {
    self.severity = severity
    self.message = message
  }
}
