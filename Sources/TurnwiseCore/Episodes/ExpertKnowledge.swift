/// Which families of scenarios a scripted expert knows.
///
/// One rule for all who let an expert play: episodes whose scenario the expert does not know are left out,
/// and whoever asked for them is told.
public struct ExpertKnowledge: Hashable, Sendable {
  /// The families that the expert knows, sorted.
  public let known: [String]
  /// The families of which there is a scenario that the expert does not know, sorted.
  public let unknown: [String]

  /// Asks the expert about fresh sessions.
  ///
  /// - Parameter sessions: Sessions that have not begun; those that the expert does not know are taken
  ///   away.
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

  /// Adds what was learnt from other sessions.
  public func merging(_ other: ExpertKnowledge) -> ExpertKnowledge {
    let unknown = Set(self.unknown).union(other.unknown)
    return ExpertKnowledge(
      known: Set(known).union(other.known).subtracting(unknown).sorted(), unknown: unknown.sorted())
  }
}
