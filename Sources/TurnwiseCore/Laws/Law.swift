/// A set of laws that every environment, or every estimator, must keep; each case is one law.
public protocol Law: RawRepresentable, CaseIterable, Codable, Hashable, Sendable
where RawValue == String {
  /// The law in words.
  var statement: String { get }
}

/// The result of checking one law.
public enum LawOutcome: Codable, Hashable, Sendable {
  /// The law was kept in all checks.
  case kept
  /// The law is broken on purpose; the text gives the reason.
  case documented(String)
  /// The law is broken; the text describes the case.
  case broken(String)
  /// The law could not be checked, or does not apply; the text gives the reason.
  case open(String)

  /// The outcome in one word: `kept`, `documented`, `broken` or `open`.
  public var name: String {
    switch self {
    case .kept: "kept"
    case .documented: "documented"
    case .broken: "broken"
    case .open: "open"
    }
  }

  /// The text of the outcome; `nil` for a law that was kept.
  public var detail: String? {
    switch self {
    case .kept: nil
    case .documented(let text), .broken(let text), .open(let text): text
    }
  }
}

/// A law with its outcome.
public struct LawVerdict<L: Law>: Codable, Hashable, Sendable {
  /// The law.
  public var law: L
  /// The result of the check.
  public var outcome: LawOutcome

  /// Creates a verdict.
  public init(_ law: L, _ outcome: LawOutcome) {
    self.law = law
    self.outcome = outcome
  }
}

/// The verdicts of a check.
public protocol LawReport<L> {
  /// The laws that were checked.
  associatedtype L: Law
  /// One verdict for each law.
  var verdicts: [LawVerdict<L>] { get }
}

extension LawReport {
  /// The laws that are broken, except those that are broken on purpose.
  public var violations: [L] {
    verdicts.compactMap { if case .broken = $0.outcome { $0.law } else { nil } }
  }
}
