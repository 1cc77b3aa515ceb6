public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// A model or measurement that gives one kind of evidence.
///
/// A trainer calls ``prepare(_:)`` once, before the first update if an estimator needs the kind. In each update
/// it calls ``learn(beforeCrediting:_:)``, then ``measure(_:by:)``, and, after the estimators have credited the
/// groups and the policy was moved, ``learn(afterCrediting:_:)``. The model is saved with the trainer, and
/// recorded episodes are credited with what it measures.
///
/// A kind that learns nothing is an ``EvidenceMeasurement``. All kinds that a run can use are in its
/// ``EvidenceCatalog``.
public protocol EvidenceModel: Sendable {
  /// What is measured.
  associatedtype Numbers: EvidenceNumbers & Sendable

  /// The kind of evidence.
  static var need: Evidence.Need { get }

  /// Whether the kind is prepared and measured in every run, so that estimators that need it credit the
  /// groups beside the driving one. Default: no.
  static var isAlwaysMeasured: Bool { get }

  /// Whether the model plays forks to learn from, so that the states of episodes are kept. Default: no.
  static var playsForks: Bool { get }

  /// A model that can measure although nothing was saved; `nil` if there is none. Default: `nil`.
  static var untrained: Self? { get }

  /// Makes the model, before the first update that needs it.
  ///
  /// - Parameter work: The policy and configuration; counts what is spent.
  /// - Returns: The model.
  /// - Throws: `CancellationError`, or what keeps the model from being made.
  static func prepare(_ work: inout EvidenceWork) async throws -> Self

  /// Learns from the groups of an update before they are measured and credited. Default: nothing.
  ///
  /// What is learnt must not depend on how the episodes of the groups went on after the states that are
  /// measured. The model of an update without groups is not taught.
  ///
  /// - Parameters:
  ///   - groups: The episodes by group.
  ///   - work: The policy and configuration, and a player of forks; counts what is spent.
  /// - Throws: `CancellationError`, a ``ForkError``, a `CreditError`.
  mutating func learn(
    beforeCrediting groups: [[Episode]], _ work: inout EvidenceWork
  ) async throws

  /// Measures episodes.
  ///
  /// - Parameters:
  ///   - episodes: Creditable episodes.
  ///   - reader: The policy that played them, as it is now.
  /// - Returns: What was measured, in the order of the episodes, and how many tokens were scored for it.
  /// - Throws: What keeps the episodes from being measured.
  func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) async throws -> EvidenceReading<Numbers>

  /// Learns from the groups of an update after they were credited. Default: nothing.
  ///
  /// - Parameters:
  ///   - groups: The groups with their evidence and credit.
  ///   - work: The policy after the update; counts what is spent.
  /// - Throws: `CancellationError`.
  mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) async throws

  /// What must be saved to go on; `nil` if ``untrained`` is as good. Default: `nil`.
  ///
  /// - Throws: What keeps it from being written.
  var saved: SavedEvidence? { get throws }

  /// Restores a saved model.
  ///
  /// - Parameters:
  ///   - saved: What ``saved`` gave.
  ///   - policy: The shape of the policy that is saved with it.
  /// - Throws: A ``SavedStateError`` that says what does not fit.
  init(_ saved: SavedEvidence, besides policy: ModelConfiguration) throws
}

extension EvidenceModel {
  /// No.
  public static var isAlwaysMeasured: Bool { false }
  /// No.
  public static var playsForks: Bool { false }
  /// None.
  public static var untrained: Self? { nil }
  /// Learns nothing.
  public mutating func learn(
    beforeCrediting groups: [[Episode]], _ work: inout EvidenceWork
  ) async throws {}
  /// Learns nothing.
  public mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) async throws {}

  /// Measures groups, and enters what it finds into their evidence.
  ///
  /// - Returns: How many tokens were scored.
  func measure(
    _ groups: [[Episode]], by reader: EvidenceReader, into evidence: inout [Evidence]
  ) async throws -> Int {
    let reading = try await measure(groups.flatMap(\.self), by: reader)
    var start = 0
    for (index, group) in groups.enumerated() {
      evidence[index][Self.need] = reading.numbers.part(start..<start + group.count)
      start += group.count
    }
    return reading.scoredTokens
  }
}

/// Evidence that is measured without anything that was learnt.
public protocol EvidenceMeasurement: EvidenceModel {
  /// Makes the measurement.
  init()
}

extension EvidenceMeasurement {
  /// The measurement.
  public static var untrained: Self? { Self() }
  /// Makes the measurement.
  public static func prepare(_ work: inout EvidenceWork) async throws -> Self { Self() }
  /// Nothing.
  public var saved: SavedEvidence? { nil }
  /// Makes the measurement.
  public init(_ saved: SavedEvidence, besides policy: ModelConfiguration) throws { self.init() }
}

/// The policy whose episodes are measured.
public struct EvidenceReader: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The most threads, which change no result.
  public var workers: Int

  /// Names a policy.
  public init(policy: LanguagePolicy, workers: Int = 1) {
    (self.policy, self.workers) = (policy, workers)
  }
}

/// What was measured, and what that took.
public struct EvidenceReading<Numbers: EvidenceNumbers & Sendable>: Sendable {
  /// What was measured, in the order of the episodes.
  public var numbers: Numbers
  /// How many tokens were scored for it.
  public var scoredTokens: Int

  /// Creates a reading.
  public init(_ numbers: Numbers, scoredTokens: Int = 0) {
    (self.numbers, self.scoredTokens) = (numbers, scoredTokens)
  }
}
