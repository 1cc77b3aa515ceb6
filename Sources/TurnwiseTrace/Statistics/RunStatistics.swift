internal import TurnwiseCore

/// Statistics of a run's episodes, computed from the stream of its records in constant memory.
public struct RunStatistics: Sendable, Encodable {
  /// The totals of episodes with the same purpose and split.
  public struct Group: Sendable, Encodable {
    /// The purpose of the episodes.
    public var purpose: EpisodeRecord.Purpose
    /// The split of their scenarios.
    public var split: String
    /// The totals.
    public var tally = EpisodeTally()
  }

  /// The totals of the episodes of a range of updates.
  public struct Updates: Sendable, Encodable {
    /// The first update.
    public var first: Int
    /// The last update.
    public var last: Int
    /// The totals.
    public var tally = EpisodeTally()
  }

  /// The most ranges of updates.
  public static let ranges = 8

  /// All episodes by purpose and split, in the order of first appearance.
  public private(set) var groups: [Group] = []
  /// Episodes of the chosen purpose that belong to an update, by ranges of updates.
  public private(set) var updates: [Updates] = []
  /// Episodes of the chosen purpose that succeeded.
  public private(set) var succeeded = EpisodeTally()
  /// Episodes of the chosen purpose that did not succeed.
  public private(set) var failed = EpisodeTally()
  /// The number of updates of a range; it doubles when there would be too many ranges.
  private var width = 1
  private let purpose: EpisodeRecord.Purpose

  private enum CodingKeys: String, CodingKey { case groups, updates, succeeded, failed }

  /// Creates empty statistics.
  ///
  /// - Parameter purpose: The purpose of the episodes that are counted by update and outcome.
  public init(of purpose: EpisodeRecord.Purpose) { self.purpose = purpose }

  /// Adds a record.
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

  /// Doubles the number of updates per range and merges the ranges.
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
