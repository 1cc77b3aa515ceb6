public import TurnwiseCore
internal import TurnwiseTrace

/// Watches a training run for what ``LearningDiagnosis`` needs to know, in memory that does not grow.
public struct LearningObserver: Sendable {
  /// How many of the last updates are looked at: what was mended since does not matter.
  static let window = 5
  /// Up to how many train scenarios are told apart.
  static let scenarioLimit = 4

  /// What one update showed.
  struct Update: Sendable {
    var tally = EpisodeTally()
    var copies = CopyTally()
    var groups = 0
    var deadGroups = 0
  }

  /// The warm start, if it imitated demonstrations.
  public var imitation: ImitationReport?
  /// The share of demonstrations that succeeded, if there were any.
  public var demonstrationSuccess: Double?
  /// The best that the expert did in a pilot, if there was one.
  public var expertBest: Double?

  private(set) var demonstrated = CopyTally()
  private(set) var recent: [Update] = []
  private(set) var scenarios: Set<JSONValue> = []

  /// Has seen nothing yet.
  public init() {}

  /// Takes note of demonstrations.
  public mutating func see(demonstrations: [Episode]) {
    for episode in demonstrations.prefix(500) { demonstrated.add(episode) }
    demonstrationSuccess = demonstrations.isEmpty ? nil : Evaluation(demonstrations).success
  }

  /// Takes note of the episodes of an update.
  public mutating func see(_ episodes: [Episode]) {
    var update = Update()
    var returns: [Int: [Double]] = [:]
    for episode in episodes {
      update.tally.add(episode)
      update.copies.add(episode)
      if let total = episode.totalReward, episode.ending.failure == nil {
        returns[episode.origin.scenario, default: []].append(total)
      }
      if scenarios.count < Self.scenarioLimit { scenarios.insert(episode.scenario) }
    }
    let groups = returns.values.filter { $0.count > 1 }
    update.groups = groups.count
    update.deadGroups = groups.count { group in group.allSatisfy { $0 == group[0] } }
    recent.append(update)
    if recent.count > Self.window { recent.removeFirst() }
  }
}
