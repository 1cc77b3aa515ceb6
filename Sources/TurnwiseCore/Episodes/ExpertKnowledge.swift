/// Which families of scenarios a scripted expert knows.
///
/// All features that play an expert follow one rule: they leave out the scenarios that the expert does not
/// know, and report which ones.
public struct ExpertKnowledge: Hashable, Sendable {
  /// The families that the expert knows, sorted.
  public let known: [String]
  /// The families with at least one scenario that the expert does not know, sorted.
  public let unknown: [String]

  /// Finds out which sessions the expert can play.
  ///
  /// - Parameter sessions: Sessions that have not begun. Sessions without an expert action are removed.
  /// - Throws: What the environment's `expert` throws.
  public init<E: Environment>(filtering sessions: inout [Session<E>]) throws {
    var families: [Bool: Set<String>] = [:]
    sessions = try sessions.filter { session in
      let isKnown = try session.expertAction() != nil
      families[isKnown, default: []].insert(session.environment.family(of: session.scenario))
      return isKnown
    }
    let unknown = families[false] ?? []
    self.unknown = unknown.sorted()
    known = (families[true] ?? []).subtracting(unknown).sorted()
  }

  private init(known: [String], unknown: [String]) {
    self.known = known
    self.unknown = unknown
  }

  /// Returns the knowledge about these sessions and those of `other`.
  public func merging(_ other: ExpertKnowledge) -> ExpertKnowledge {
    let unknown = Set(self.unknown).union(other.unknown)
    return ExpertKnowledge(
      known: Set(known).union(other.known).subtracting(unknown).sorted(), unknown: unknown.sorted())
  }
}
