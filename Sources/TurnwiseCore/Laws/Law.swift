/// Laws that every environment, or every estimator, must keep; each case is one fact.
public protocol Law: RawRepresentable, CaseIterable, Codable, Hashable, Sendable
where RawValue == String {
  /// The law in words.
  var statement: String { get }
}

/// What a check found about one law.
public enum LawOutcome: Codable, Hashable, Sendable {
  /// The law was kept wherever it was tried.
  case kept
  /// The law was broken on purpose; the text says why.
  case documented(String)
  /// The law was broken; the text says where.
  case broken(String)
  /// The law could not be tried, or does not apply; the text says why.
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

  /// The reason or the place; `nil` for a law that was kept.
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
  /// What the check found.
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
  /// The laws that were broken; those that were broken on purpose are not among them.
  public var violations: [L] {
    verdicts.compactMap { if case .broken = $0.outcome { $0.law } else { nil } }
  }
}
