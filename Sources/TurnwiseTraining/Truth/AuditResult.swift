public import TurnwiseCore
public import TurnwiseCredit
public import TurnwiseTrace

/// What an audit has played.
public struct AuditedEpisodes: Sendable {
  /// The episodes by group; groups of one scenario follow each other.
  public let groups: [[Episode]]
  /// How many episodes failed and were left out.
  public var failedEpisodes = 0
  /// How many were not scored and were left out (`EpisodeSelection`).
  public var unjudgedEpisodes = 0
  /// How many groups had fewer than two episodes left and were left out.
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

  /// What was done in what situation, as numbers that are equal for equal tokens, or words.
  struct Place {
    /// The situation, with what was sampled in it.
    var cell: Int
    /// The situation alone.
    var situation: Int
  }

  /// The places of turns, `[group][episode][turn]`.
  var places: [[[Place]]] {
    struct Cell: Hashable {
      var scenario: Int
      /// What was read and sampled, or the words of the dialogue where nothing was sampled as tokens.
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

/// What is true of the turns that an audit has played.
public struct AuditTruth: Sendable {
  /// Why the truth was measured and not computed.
  public enum Reason: Hashable, Sendable {
    /// The environment does not list its actions.
    case noActionList
    /// The policy does not say how likely its actions are.
    case noProbabilities
    /// It could not be computed.
    case refused(ExactEvaluationError)
    /// What was not followed could change an advantage by so much on average.
    case tooVague(bound: Double)
  }

  /// Whether it was computed or measured: ``AuditOptions/Source/exact`` or
  /// ``AuditOptions/Source/forks``.
  public let source: AuditOptions.Source
  /// Why it was measured, if that was not asked for.
  public internal(set) var reason: Reason?
  /// The truth of each turn, `[group][episode][turn]`; `nil` where it was not measured.
  public internal(set) var turns: [[[TurnTruth?]]]
  /// The true policy gradient that each group is compared with.
  var gradients: [[Double]]
  /// How many histories were followed to compute it.
  public internal(set) var histories = 0
  /// For each scenario how much probability was not followed.
  public internal(set) var unresolved: [Double] = []
  /// What was measured, in the order of groups.
  public internal(set) var measured: [ForkedTurn] = []
  /// How far that lies from what was computed, where both was asked for.
  public internal(set) var agreement: TruthAgreement?
  /// How many environment turns were played to measure it.
  public internal(set) var spentTurns = 0

  init(_ source: AuditOptions.Source, _ played: AuditedEpisodes) {
    self.source = source
    turns = played.groups.map { $0.map { $0.turns.map { _ in nil } } }
    gradients = played.groups.map { _ in [] }
  }

  /// What is known, without places.
  public var known: [TurnTruth] { turns.joined().joined().compactMap(\.self) }

  /// How many turns have a truth.
  public var count: Int { known.count }

  /// The mean over turns of what was not followed could change about an advantage.
  public var meanBound: Double { known.reduce(0) { $0 + $1.bound } / Double(max(1, count)) }

  /// How well the measurements agree with themselves; `nil` for computed truth.
  ///
  /// The advantages of even and odd continuations are correlated over the turns, and the coefficient r
  /// of halves becomes that of the whole, 2 r / (1 + r) (Spearman 1910, Brown 1910). An estimator that
  /// were the truth itself would correlate with the measured truth by the root of it.
  public var reliability: (pearson: Double?, spearman: Double?)? {
    guard source == .forks else { return nil }
    let (even, odd) = (measured.map { $0.half(0) }, measured.map { $0.half(1) })
    // Halves that contradict each other are no measurement at all.
    func whole(_ half: Double?) -> Double? { half.map { $0 > 0 ? 2 * $0 / (1 + $0) : 0 } }
    return (
      whole(Correlation.pearson(even, odd)), whole(Correlation.spearman(even, odd))
    )
  }

  /// How many standard errors the usual number of continuations of gold turns lies from the others, over
  /// all of them (as ``TruthAgreement/calibration``): about 1 if the errors are what they are said to be.
  public func calibration(forks: Int) -> Double? {
    let deviations = measured.compactMap { $0.deviation(first: forks) }
    guard deviations.count > 1 else { return nil }
    return TruthAgreement.calibration(
      deviations.map(\.difference), errors: deviations.map(\.standardError))
  }
}

/// An estimator or a control, and how it did.
public struct AuditRow: Sendable {
  /// What a row is there for.
  public enum Kind: String, Codable, Hashable, Sendable {
    /// The truth itself, which must come out best.
    case oracle
    /// What is audited.
    case estimator
    /// Credit that is wrong on purpose.
    case control
  }

  /// The name of the estimator with its options, or what the control does.
  public var name: String
  /// What the row is there for.
  public var kind: Kind
  /// How it did.
  public var score: CreditScore
  /// Credit beside truth by group, the same turns in every row.
  public var groups: [[CreditSample]]
}

/// How estimators did.
public struct AuditResult: Sendable {
  /// What they were held against.
  public var truth: AuditTruth
  /// The oracle, the estimators in their order, and the controls.
  public internal(set) var rows: [AuditRow] = []
  /// The credit of each episode by its name, by the name of the estimator.
  public internal(set) var credit: [String: [String: EpisodeCredit]] = [:]

  init(truth: AuditTruth) { self.truth = truth }
}
