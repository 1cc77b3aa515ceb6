public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseTrace

/// Recorded episodes that are credited together.
public struct RecordedGroup: Sendable {
  /// The line numbers of the records, from 1.
  public var numbers: [Int]
  /// The episodes, in the same order.
  public var episodes: [Episode]
}

/// The groups of a record, and the counts of episodes and groups that are left out.
public struct RecordedGroups: Sendable {
  /// The groups, in the order of the file.
  public private(set) var groups: [RecordedGroup] = []
  /// The number of episodes that failed.
  public private(set) var failedEpisodes = 0
  /// The number of episodes that were not scored (`EpisodeSelection`).
  public private(set) var unjudgedEpisodes = 0
  /// The number of groups that are left out because too few of their episodes are left to compare.
  public private(set) var droppedGroups = 0
  /// Remarks about the groups: episodes that occur twice, and members that are missing.
  public private(set) var remarks: [String] = []

  /// Gathers the episodes of one update and scenario from all records, one record per line.
  ///
  /// Forks and greedy evaluations are left out.
  public init(_ records: [EpisodeRecord], purpose: EpisodeRecord.Purpose) {
    self.init(zip(1..., records).map { ($0, $1) }, purpose: purpose)
  }

  /// Gathers the episodes of one update and scenario.
  ///
  /// - Parameters:
  ///   - records: The records with their lines.
  ///   - purpose: The purpose of the episodes that are gathered.
  public init(
    _ records: [(number: Int, record: EpisodeRecord)], purpose: EpisodeRecord.Purpose
  ) {
    var keys: [Key] = []
    /// The indices of the records of a group, by the number of the member.
    var members: [Key: [Int: Int]] = [:]
    for (index, (number, record)) in records.enumerated()
    where record.purpose == purpose && record.episode.parent == nil
      && !(purpose == .evaluation && record.episode.policy?.isGreedy ?? false)
    {
      var key = Key(update: record.update, origin: record.episode.origin)
      let member = key.origin.member
      key.origin.member = 0
      if let first = members[key]?[member] {
        remarks.append(
          "line \(number): episode \(record.episode.name) is in line \(records[first].number)"
            + " already; left out")
        continue
      }
      if members[key] == nil { keys.append(key) }
      members[key, default: [:]][member] = index
    }
    let played = keys.flatMap { (members[$0] ?? [:]).values }.sorted()
    let selection = EpisodeSelection(played.map { records[$0].record.episode })
    let creditable = Set(selection.creditable.map { played[$0] })
    (failedEpisodes, unjudgedEpisodes) = (selection.failed.count, selection.unjudged.count)
    let largest = members.values.map(\.count).max() ?? 0
    for all in keys.compactMap({ members[$0] }) {
      let size = max(largest, (all.keys.max() ?? 0) + 1)
      let indices = all.values.sorted()
      if all.count < size {
        remarks.append(
          "the group of line \(records[indices[0]].number) has \(all.count) of at least \(size)"
            + " members")
      }
      let left = indices.filter(creditable.contains)
      // An episode that was alone from the start is not counted as a dropped group.
      guard left.count > 1 || left.count == all.count else {
        droppedGroups += 1
        continue
      }
      groups.append(
        RecordedGroup(
          numbers: left.map { records[$0].number },
          episodes: left.map { records[$0].record.episode }))
    }
  }

  private struct Key: Hashable {
    var update: Int?
    var origin: EpisodeOrigin
  }
}
