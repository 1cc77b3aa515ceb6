/// What was measured about a group beyond what its episodes record.
///
/// There is one slot for each kind of evidence (``Need``). What a slot holds is up to the kind:
///
///     evidence[.judge] = [[0.2, 0.9], [0.4]]
///     let scores: [[Double]]? = evidence[.judge]
///
/// Numbers of tokens have the shape `[episode][turn][token]`, with the sampled tokens of each turn
/// and no others; numbers of turns have the shape `[episode][turn]`.
public struct Evidence: Hashable, Sendable {
  /// The continuations from the points that were asked for.
  public var forks: [ForkPoint: [ForkOutcome]]
  /// The numbers by the name of their kind.
  private var slots: [String: Slot] = [:]

  /// Creates evidence of built-in kinds.
  public init(
    critic: Critic? = nil, forks: [ForkPoint: [ForkOutcome]] = [:],
    processModel: ProcessModel? = nil, implicitModel: [[[Double]]]? = nil,
    distributions: Distributions? = nil
  ) {
    self.forks = forks
    self.critic = critic
    self.processModel = processModel
    self.implicitModel = implicitModel
    self.distributions = distributions
  }

  /// The numbers of one kind; `nil` if there are none, or they have another type.
  public subscript<Numbers: EvidenceNumbers & Sendable>(need: Need) -> Numbers? {
    get { slots[need.name]?.numbers as? Numbers }
    set { slots[need.name] = newValue.map { Slot(numbers: $0) } }
  }

  /// Returns the numbers of one kind.
  ///
  /// - Throws: ``CreditError/missing(_:)`` if there are none.
  public func require<Numbers: EvidenceNumbers & Sendable>(_ need: Need) throws -> Numbers {
    guard let numbers: Numbers = self[need] else { throw CreditError.missing(need) }
    return numbers
  }

  /// Adds the examples of the kinds that an estimator needs and that have one.
  mutating func addExamples(for estimator: any CreditEstimator, of group: CreditGroup) {
    for need in estimator.needs {
      if let example = need.example { slots[need.name] = Slot(numbers: example(group)) }
    }
  }

  /// Makes numbers of any type comparable.
  private struct Slot: Hashable, Sendable {
    var numbers: any EvidenceNumbers & Sendable

    static func == (left: Slot, right: Slot) -> Bool {
      AnyHashable(left.numbers) == AnyHashable(right.numbers)
    }

    func hash(into hasher: inout Hasher) { AnyHashable(numbers).hash(into: &hasher) }
  }
}

/// What one kind of evidence says about episodes, in their order.
///
/// An array with one element for each episode will do.
public protocol EvidenceNumbers: Hashable {
  /// Returns what it says about some of the episodes.
  func part(_ episodes: Range<Int>) -> Self
}

extension Array: EvidenceNumbers where Element: Hashable {
  /// Returns the elements of some of the episodes.
  public func part(_ episodes: Range<Int>) -> [Element] { Array(self[episodes]) }
}
