/// What is known about a run before it starts.
public struct CreditSetting: Hashable, Sendable {
  /// How many episodes a group has.
  public var groupSize: Int
  /// The turn after which an unfinished episode is truncated.
  public var turnLimit: Int
  /// Whether the environment has a potential.
  public var hasPotential: Bool
  /// Whether turns say which sub-task they worked on.
  public var hasSubtasks: Bool
  /// Whether the environment names the action that would solve a task.
  public var hasReference: Bool
  /// Whether the policy samples tokens.
  public var samplesTokens: Bool
  /// Whether episodes can be forked and played on.
  public var canFork: Bool

  /// Describes a run.
  public init(
    groupSize: Int, turnLimit: Int, hasPotential: Bool = true, hasSubtasks: Bool = true,
    hasReference: Bool = true, samplesTokens: Bool = true, canFork: Bool = true
  ) {
    self.hasSubtasks = hasSubtasks
    self.hasReference = hasReference
    self.groupSize = groupSize
    self.turnLimit = turnLimit
    self.hasPotential = hasPotential
    self.samplesTokens = samplesTokens
    self.canFork = canFork
  }

  /// Whether no run in this setting can meet a need.
  public func lacks(_ need: Evidence.Need) -> Bool { !need.isPossible(self) }
}

/// A warning or refusal about an estimator, given before a run starts.
public struct CreditNotice: Hashable, Sendable {
  /// How serious a notice is.
  public enum Severity: String, Codable, Hashable, Sendable {
    /// The run may start, but may not do what was meant.
    case warning
    /// The run must not start.
    case refusal
  }

  /// How serious it is.
  public var severity: Severity
  /// What is wrong: lower case, without a full stop.
  public var message: String

  /// Creates a notice.
  public init(_ severity: Severity, _ message: String) {
    self.severity = severity
    self.message = message
  }
}

extension Sequence where Element == CreditNotice {
  /// The messages of the refusals.
  public var refusals: [String] { filter { $0.severity == .refusal }.map(\.message) }
}

extension CreditNotice {
  /// The refusal of a group that has nothing to compare.
  static func lonely(_ id: String, in setting: CreditSetting) -> [CreditNotice] {
    guard setting.groupSize < 2 else { return [] }
    return [
      CreditNotice(
        .refusal,
        "'\(id)' compares the episodes of a group, so a group of 1 gets no credit; use 2 or more")
    ]
  }

  /// The warning that a discount of 0 hides the outcome from all turns but the last.
  static func myopic(_ id: String) -> CreditNotice {
    CreditNotice(
      .warning, "'\(id)' with gamma=0 credits a turn or token with its own reward only")
  }

  /// The warning that episodes of one turn leave nothing to tell apart.
  static func singleTurn(_ id: String) -> CreditNotice {
    CreditNotice(.warning, "'\(id)' equals 'rloo' in episodes of one turn")
  }
}
