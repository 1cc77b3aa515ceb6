public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseTrace

/// The episodes that an audit has played.
public struct AuditedEpisodes: Sendable {
  /// The episodes by group; groups of one scenario follow each other.
  public let groups: [[Episode]]
  /// The number of episodes that failed and were left out.
  public var failedEpisodes = 0
  /// The number of episodes that were not scored and were left out (`EpisodeSelection`).
  public var unjudgedEpisodes = 0
  /// The number of groups that had fewer than two episodes left and were left out.
  public var droppedGroups = 0

  /// The numbers of the groups of each scenario.
  public var scenarios: [[Int]] {
    var found: [[Int]] = []
    for (index, group) in groups.enumerated() {
      let scenario = group[0].origin.scenario
      if let last = found.last?.last, groups[last][0].origin.scenario == scenario {
        found[found.count - 1].append(index)
      } else {
        found.append([index])
      }
    }
    return found
  }

  /// The situation and the action of a turn, as numbers that are equal for equal tokens or words.
  struct Place {
    /// The situation and the action.
    var cell: Int
    /// The situation alone.
    var situation: Int
  }

  /// The situations and actions of turns, `[group][episode][turn]`.
  var places: [[[Place]]] {
    struct Cell: Hashable {
      var scenario: Int
      /// The tokens that were read and sampled, or the words of the dialogue if no tokens were
      /// sampled.
      var past: AnyHashable
    }
    var numbers: [Cell: Int] = [:]
    func number(_ past: some Hashable & Sendable, _ episode: Episode) -> Int {
      let cell = Cell(scenario: episode.origin.scenario, past: AnyHashable(past))
      let number = numbers[cell] ?? numbers.count
      numbers[cell] = number
      return number
    }
    func places(of episode: Episode) -> [Place] {
      var words: [Text] = []
      return episode.turns.map { turn in
        guard let reference = turn.span, let span = episode.tape[reference] else {
          let situation = words + [turn.observation.text]
          words = situation + [turn.action.text]
          let place = Place(
            cell: number(words, episode), situation: number(situation, episode))
          words += turn.replies.map(\.text)
          return place
        }
        let tokens = episode.tape.segments[reference.segment].tokens
        return Place(
          cell: number(Array(tokens[..<span.end]), episode),
          situation: number(Array(tokens[..<span.start]), episode))
      }
    }
    return groups.map { $0.map(places) }
  }
}

/// The true advantages of the turns that an audit has played.
public struct AuditTruth: Sendable {
  /// The reason why the truth was measured and not computed.
  public enum Reason: Hashable, Sendable {
    /// The environment does not list its actions.
    case noActionList
    /// The policy does not say how likely its actions are.
    case noProbabilities
    /// It could not be computed.
    case refused(ExactEvaluationError)
    /// The histories that were not followed could change an advantage by this much on average.
    case tooVague(bound: Double)
  }

  /// Whether the truth was computed or measured: ``AuditOptions/Source/exact`` or
  /// ``AuditOptions/Source/forks``.
  public let source: AuditOptions.Source
  /// The reason why it was measured, if the options do not demand it.
  public internal(set) var reason: Reason?
  /// The truth of each turn, `[group][episode][turn]`; `nil` where it was not measured.
  public internal(set) var turns: [[[TurnTruth?]]]
  /// The true policy gradient that each group is compared with.
  var gradients: [[Double]]
  /// The number of histories that were followed to compute it.
  public internal(set) var histories = 0
  /// The probability that was not followed, for each scenario.
  public internal(set) var unresolved: [Double] = []
  /// The measured turns, in the order of groups.
  public internal(set) var measured: [ForkedTurn] = []
  /// The agreement of measured and computed truth, if both were asked for.
  public internal(set) var agreement: TruthAgreement?
  /// The number of environment turns that were played to measure it.
  public internal(set) var spentTurns = 0

  init(_ source: AuditOptions.Source, _ played: AuditedEpisodes) {
    self.source = source
    turns = played.groups.map { $0.map { $0.turns.map { _ in nil } } }
    gradients = played.groups.map { _ in [] }
  }

  /// The true advantages, `[group][episode][turn]`; `nil` where there is no truth.
  var advantages: [[[Double?]]] { turns.map { $0.map { $0.map { $0?.advantage } } } }

  /// The truths that are known, without their places.
  public var known: [TurnTruth] { turns.joined().joined().compactMap(\.self) }

  /// The number of turns that have a truth.
  public var count: Int { known.count }

  /// The mean over turns of the largest change that histories that were not followed could make to
  /// an advantage.
  public var meanBound: Double { known.reduce(0) { $0 + $1.bound } / Double(max(1, count)) }

  /// The reliability of the measurements; `nil` for computed truth.
  ///
  /// The advantages of even and odd continuations are correlated over the turns, and the
  /// coefficient r of halves becomes that of the whole, 2 r / (1 + r) (Spearman 1910, Brown 1910).
  /// An estimator that equals the truth would correlate with the measured truth by the square root
  /// of the reliability.
  public var reliability: (pearson: Double?, spearman: Double?)? {
    guard source.isMeasured else { return nil }
    let (even, odd) = (measured.map { $0.half(0) }, measured.map { $0.half(1) })
    // Halves that contradict each other have no reliability.
    func whole(_ half: Double?) -> Double? { half.map { $0 > 0 ? 2 * $0 / (1 + $0) : 0 } }
    return (
      whole(Correlation.pearson(even, odd)), whole(Correlation.spearman(even, odd))
    )
  }

  /// Returns the distance between two measurements of gold turns, in standard errors.
  ///
  /// One measurement uses the usual number of continuations, the other one the rest. The distance is
  /// taken over all gold turns (as ``TruthAgreement/calibration``); it is about 1 if the standard
  /// errors are right.
  public func calibration(forks: Int) -> Double? {
    let deviations = measured.compactMap { $0.deviation(first: forks) }
    guard deviations.count > 1 else { return nil }
    return TruthAgreement.calibration(
      deviations.map(\.difference), errors: deviations.map(\.standardError))
  }
}

/// The scores of an estimator or a control.
public struct AuditRow: Sendable {
  /// The purpose of a row.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// The truth itself, which must score best.
    case oracle
    /// An estimator that is audited.
    case estimator
    /// Credit that is wrong on purpose.
    case control
  }

  /// The name of the estimator with its options, or of the control.
  public var name: String
  /// The purpose of the row.
  public var kind: Kind
  /// The score.
  public var score: CreditScore
  /// The credit and the truth by group, for the same turns in every row.
  public var groups: [[CreditSample]]
}

/// The scores of estimators.
public struct AuditResult: Sendable {
  /// The truth that they are compared with.
  public var truth: AuditTruth
  /// Whether credit matters for the policy.
  public let profile: AuditProfile
  /// The oracle, the estimators in their order, and the controls.
  public let rows: [AuditRow]
  /// The credit of each episode by its name, by the name of the estimator.
  public let credit: [String: [String: EpisodeCredit]]
}
