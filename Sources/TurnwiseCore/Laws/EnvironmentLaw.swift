/// What every environment must keep, one fact each.
public enum EnvironmentLaw: String, Codable, Hashable, Sendable, CaseIterable {
  case reproducible
  case forkIsolated = "fork-isolated"
  case encodable
  case keysAgree = "keys-agree"
  case observationPure = "observation-pure"
  case callsAnswered = "calls-answered"
  case truncationJudged = "truncation-judged"
  case splitsDisjoint = "splits-disjoint"
  case expertSucceeds = "expert-succeeds"
  case idleFails = "idle-fails"

  /// The law in words.
  public var statement: String {
    switch self {
    case .reproducible: "the same seed gives the same transcript"
    case .forkIsolated: "a fork leaves its parent alone"
    case .encodable: "a state survives encoding"
    case .keysAgree: "equal states have equal keys in two processes"
    case .observationPure: "observing a state changes nothing"
    case .callsAnswered: "malformed, unknown and oversized tool calls are answered"
    case .truncationJudged: "an episode that is cut short is judged"
    case .splitsDisjoint: "train and held-out scenarios are disjoint"
    case .expertSucceeds: "the scripted expert succeeds"
    case .idleFails: "doing nothing does not succeed"
    }
  }
}

/// What a check found.
public struct EnvironmentReport: Codable, Hashable, Sendable {
  /// What was found on one law.
  public enum Outcome: Codable, Hashable, Sendable {
    /// The law was kept wherever it was tried.
    case kept
    /// The law was broken; the words say where.
    case broken(String)
    /// The law could not be tried; the words say why.
    case open(String)
  }

  /// A law with what was found on it.
  public struct Verdict: Codable, Hashable, Sendable {
    /// The law.
    public var law: EnvironmentLaw
    /// What was found.
    public var outcome: Outcome
  }

  /// The environment's `id`.
  public var environment: String
  /// One verdict for each law.
  public var verdicts: [Verdict]

  /// The laws that were broken.
  public var violations: [EnvironmentLaw] {
    verdicts.compactMap { if case .broken = $0.outcome { $0.law } else { nil } }
  }
}
