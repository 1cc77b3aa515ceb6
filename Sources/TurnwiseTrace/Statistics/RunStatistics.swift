internal import TurnwiseCore

/// What all episodes of a run come to: a function of the stream of its records, in constant memory.
public struct RunStatistics: Sendable, Encodable {
  /// What episodes with something in common come to.
  public struct Group: Sendable, Encodable {
    /// What they were played for.
    public var purpose: EpisodeRecord.Purpose
    /// The split of their scenarios.
    public var split: String
    /// What they come to.
    public var tally = EpisodeTally()
  }

  /// Training episodes of some updates.
  public struct Updates: Sendable, Encodable {
    /// The first update.
    public var first: Int
    /// The last update.
    public var last: Int
    /// What they come to.
    public var tally = EpisodeTally()
  }

  /// How many ranges of updates there are at most.
  public static let ranges = 8

  /// All episodes, by what they were played for and by split, in the order in which they came.
  public private(set) var groups: [Group] = []
  /// Episodes of a purpose that belong to an update, by ranges of updates.
  public private(set) var updates: [Updates] = []
  /// Episodes of the chosen purpose that succeeded.
  public private(set) var succeeded = EpisodeTally()
  /// Episodes of the chosen purpose that did not succeed.
  public private(set) var failed = EpisodeTally()
  /// How many updates a range has; it doubles when there would be too many.
  private var width = 1
  private let purpose: EpisodeRecord.Purpose

  private enum CodingKeys: String, CodingKey { case groups, updates, succeeded, failed }

  /// Prepares to count.
  ///
  /// - Parameter purpose: Which episodes are counted by update and outcome.
  public init(of purpose: EpisodeRecord.Purpose) { self.purpose = purpose }

  /// Counts a record.
  public mutating func add(_ record: EpisodeRecord) {
    let split = record.episode.origin.split.rawValue
    let group =
      groups.firstIndex { $0.purpose == record.purpose && $0.split == split }
      ?? {
        groups.append(Group(purpose: record.purpose, split: split))
        return groups.count - 1
      }()
    groups[group].tally.add(record.episode)
    guard record.purpose == purpose else { return }
    if let success = record.episode.judgement?.success {
      if success { succeeded.add(record.episode) } else { failed.add(record.episode) }
    }
    if let update = record.update { count(record, update) }
  }

  private mutating func count(_ record: EpisodeRecord, _ update: Int) {
    if let index = updates.firstIndex(where: { $0.first / width == update / width }) {
      updates[index].first = min(updates[index].first, update)
      updates[index].last = max(updates[index].last, update)
      updates[index].tally.add(record.episode)
      return
    }
    var range = Updates(first: update, last: update)
    range.tally.add(record.episode)
    updates.append(range)
    updates.sort { $0.first < $1.first }
    while updates.count > Self.ranges { widen() }
  }

  /// Puts ranges together that belong together when a range has twice as many updates.
  private mutating func widen() {
    width *= 2
    updates = updates.reduce(into: []) { merged, range in
      if let last = merged.last, last.first / width == range.first / width {
        merged[merged.count - 1].last = range.last
        merged[merged.count - 1].tally.add(range.tally)
      } else {
        merged.append(range)
      }
    }
  }

  /// All episodes of the chosen purpose.
  public var chosen: EpisodeTally {
    groups.filter { $0.purpose == purpose }.reduce(into: EpisodeTally()) { $0.add($1.tally) }
  }
}
