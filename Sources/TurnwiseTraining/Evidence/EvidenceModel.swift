public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseModel

/// A model or measurement that gives one kind of evidence.
///
/// A trainer calls ``prepare(_:)`` once, before the first update if an estimator needs the kind. In
/// each update it calls ``learn(beforeCrediting:_:)`` and then ``measure(_:by:)``. After the
/// estimators have credited the groups and the policy was updated, it calls
/// ``learn(afterCrediting:_:)``. The model is saved with the trainer, and its measurements credit
/// recorded episodes.
///
/// A kind that learns nothing is an ``EvidenceMeasurement``. All kinds that a run can use are in its
/// ``EvidenceCatalog``.
public protocol EvidenceModel: Sendable {
  /// The measured numbers.
  associatedtype Numbers: EvidenceNumbers & Sendable

  /// The kind of evidence.
  static var need: Evidence.Need { get }

  /// Whether the kind is prepared and measured in every run, so that estimators that need it can
  /// credit the groups besides the driving one. Default: no.
  static var isAlwaysMeasured: Bool { get }

  /// Whether the model plays forks to learn from, which need the states of episodes. Default: no.
  static var playsForks: Bool { get }

  /// A model that can measure without saved state; `nil` if there is none. Default: `nil`.
  static var untrained: Self? { get }

  /// Makes the model, before the first update that needs it.
  ///
  /// - Parameter work: The policy, the configuration and the counts of what is spent.
  /// - Returns: The model.
  /// - Throws: `CancellationError`, or the reason why the model cannot be made.
  static func prepare(_ work: inout EvidenceWork) async throws -> Self

  /// Makes the model from the demonstrations that the policy has imitated, before ``prepare(_:)`` would
  /// be called. Default: `nil`.
  ///
  /// - Parameters:
  ///   - demonstrations: Expert episodes; none if the policy comes from another run.
  ///   - work: The policy, the configuration and the counts of what is spent.
  /// - Returns: The model; `nil` if it is to be made by ``prepare(_:)``.
  /// - Throws: `CancellationError`.
  static func prepare(
    from demonstrations: [Episode], _ work: inout EvidenceWork
  ) throws -> Self?

  /// Learns from the groups of an update before they are measured and credited. Default: nothing.
  ///
  /// What the model learns must not depend on how the episodes went on after the states that are
  /// measured. In an update without groups the model does not learn.
  ///
  /// - Parameters:
  ///   - groups: The episodes by group.
  ///   - work: The policy, the configuration, a player of forks and the counts of what is spent.
  /// - Throws: `CancellationError`, a ``ForkError``, a `CreditError`.
  mutating func learn(
    beforeCrediting groups: [[Episode]], _ work: inout EvidenceWork
  ) async throws

  /// Measures episodes.
  ///
  /// - Parameters:
  ///   - episodes: Creditable episodes.
  ///   - reader: The present policy, which played the episodes.
  /// - Returns: The measured numbers, in the order of the episodes, and the number of tokens that
  ///   were scored for them.
  /// - Throws: The reason why the episodes cannot be measured.
  func measure(
    _ episodes: [Episode], by reader: EvidenceReader
  ) async throws -> EvidenceReading<Numbers>

  /// Learns from the groups of an update after they were credited. Default: nothing.
  ///
  /// - Parameters:
  ///   - groups: The groups with their evidence and credit.
  ///   - work: The policy after the update, and the counts of what is spent.
  /// - Throws: `CancellationError`.
  mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) async throws

  /// The state that must be saved to continue; `nil` if ``untrained`` is as good. Default: `nil`.
  ///
  /// - Throws: The reason why the state cannot be written.
  var saved: SavedEvidence? { get throws }

  /// Restores a saved model.
  ///
  /// - Parameters:
  ///   - saved: The value of ``saved``.
  ///   - policy: The shape of the policy that is saved with it.
  /// - Throws: A ``SavedStateError`` that says what does not fit.
  init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws
}

extension EvidenceModel {
  /// No.
  public static var isAlwaysMeasured: Bool { false }
  /// No.
  public static var playsForks: Bool { false }
  /// None.
  public static var untrained: Self? { nil }
  /// Demonstrations are of no use.
  public static func prepare(
    from demonstrations: [Episode], _ work: inout EvidenceWork
  ) throws -> Self? { nil }
  /// Learns nothing.
  public mutating func learn(
    beforeCrediting groups: [[Episode]], _ work: inout EvidenceWork
  ) async throws {}
  /// Learns nothing.
  public mutating func learn(
    afterCrediting groups: [CreditedGroup], _ work: inout EvidenceWork
  ) async throws {}

  /// Measures groups, and adds the numbers to their evidence.
  ///
  /// - Returns: The number of tokens that were scored.
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

/// Evidence that is measured without a learnt model.
public protocol EvidenceMeasurement: EvidenceModel {
  /// Makes the measurement.
  init()
}

extension EvidenceMeasurement {
  /// The measurement.
  public static var untrained: Self? { Self() }
  /// Makes the measurement.
  public static func prepare(_ work: inout EvidenceWork) async throws -> Self { Self() }
  /// Nothing is saved.
  public var saved: SavedEvidence? { nil }
  /// Makes the measurement.
  public init(_ saved: SavedEvidence, alongside policy: ModelConfiguration) throws { self.init() }
}

/// The policy whose episodes are measured.
public struct EvidenceReader: Sendable {
  /// The policy.
  public var policy: LanguagePolicy
  /// The most threads, which do not change results.
  public var workers: Int

  /// Creates a reader.
  public init(policy: LanguagePolicy, workers: Int = 1) {
    (self.policy, self.workers) = (policy, workers)
  }
}

/// The measured numbers, and the cost of measuring them.
public struct EvidenceReading<Numbers: EvidenceNumbers & Sendable>: Sendable {
  /// The measured numbers, in the order of the episodes.
  public var numbers: Numbers
  /// The number of tokens that were scored for them.
  public var scoredTokens: Int

  /// Creates a reading.
  public init(_ numbers: Numbers, scoredTokens: Int = 0) {
    (self.numbers, self.scoredTokens) = (numbers, scoredTokens)
  }
}
