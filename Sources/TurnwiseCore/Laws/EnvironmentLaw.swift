/// The laws that every environment must keep.
public enum EnvironmentLaw: String, Law {
  /// The same seed gives the same transcript.
  case reproducible
  /// Playing a fork does not change the state that was forked.
  case forkIsolated = "fork-isolated"
  /// Encoding and decoding a state gives an equal state.
  case encodable
  /// Equal states have equal keys in two processes.
  case keysAgree = "keys-agree"
  /// Observing a state does not change it.
  case observationPure = "observation-pure"
  /// Every tool call gets a reply, however wrong it is.
  case callsAnswered = "calls-answered"
  /// A truncated episode is judged.
  case truncationJudged = "truncation-judged"
  /// A share of a reward names a sub-task that the agent has worked on.
  case sharesNamed = "shares-named"
  /// No scenario is in both splits.
  case splitsDisjoint = "splits-disjoint"
  /// The scripted expert succeeds.
  case expertSucceeds = "expert-succeeds"
  /// Doing nothing does not succeed.
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
    case .sharesNamed: "a share of a reward names a sub-task that was worked on"
    case .splitsDisjoint: "train and held-out scenarios are disjoint"
    case .expertSucceeds: "the scripted expert succeeds"
    case .idleFails: "doing nothing does not succeed"
    }
  }
}

/// The result of an ``EnvironmentChecker``.
public struct EnvironmentReport: Codable, Hashable, Sendable, LawReport {
  /// The environment's `id`.
  public var environment: String
  /// One verdict for each law.
  public var verdicts: [LawVerdict<EnvironmentLaw>]
}
