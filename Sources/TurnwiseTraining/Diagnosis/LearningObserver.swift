public import TurnwiseCore
internal import TurnwiseTrace

/// Collects what ``LearningDiagnosis`` needs to know about a training run, in constant memory.
public struct LearningObserver: Codable, Sendable {
  /// The number of most recent updates that are considered.
  static let window = 5
  /// The number of different scenarios at which counting them stops.
  static let scenarioLimit = 4

  /// The counts of one update.
  struct Update: Codable, Sendable {
    var tally = EpisodeTally()
    var copies = CopyTally()
    var groups = 0
    var deadGroups = 0
  }

  /// The report of the imitation, if the warm start imitated demonstrations.
  public var imitation: ImitationReport?
  /// The share of demonstrations that succeeded, if there were any.
  public var demonstrationSuccess: Double?
  /// The best success of the expert in a pilot, if there was one.
  public var expertBest: Double?

  private(set) var demonstrated = CopyTally()
  private(set) var recent: [Update] = []
  private(set) var scenarios: Set<StateKey> = []

  /// Creates an observer that has observed nothing.
  public init() {}

  /// Observes demonstrations.
  public mutating func see(demonstrations: [Episode]) {
    for episode in demonstrations.prefix(500) { demonstrated.add(episode) }
    demonstrationSuccess = demonstrations.isEmpty ? nil : Evaluation(demonstrations).score
  }

  /// Observes the episodes of an update.
  public mutating func see(_ episodes: [Episode]) {
    var update = Update()
    var returns: [Int: [Double]] = [:]
    for episode in episodes {
      update.tally.add(episode)
      update.copies.add(episode)
      if let total = episode.totalReward, episode.ending.failure == nil {
        returns[episode.origin.scenario, default: []].append(total)
      }
      if scenarios.count < Self.scenarioLimit, let key = try? StateKey(of: episode.scenario) {
        scenarios.insert(key)
      }
    }
    let groups = returns.values.filter { $0.count > 1 }
    update.groups = groups.count
    update.deadGroups = groups.count { group in group.allSatisfy { $0 == group[0] } }
    recent.append(update)
    if recent.count > Self.window { recent.removeFirst() }
  }
}
