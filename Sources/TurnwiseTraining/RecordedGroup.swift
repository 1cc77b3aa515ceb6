public import TurnwiseCore
internal import TurnwiseCredit
public import TurnwiseTrace

/// Recorded episodes that are credited together.
public struct RecordedGroup: Sendable {
  /// The numbers of the records: their lines, from 1.
  public var numbers: [Int]
  /// The episodes, in the same order.
  public var episodes: [Episode]

  /// What was gathered from a run.
  public struct Gathering: Sendable {
    /// The groups, in the order of the file.
    public var groups: [RecordedGroup] = []
    /// What is odd about them, in words: episodes that come twice, members that are missing.
    public var remarks: [String] = []
  }

  /// Gathers the episodes of one update and scenario, in the order of the file.
  ///
  /// Forks, greedy evaluations, episodes that failed, and second records of an episode are left out.
  ///
  /// - Parameters:
  ///   - records: The records, one a line.
  ///   - purpose: What the episodes were played for.
  /// - Returns: The groups.
  public static func gather(
    _ records: [EpisodeRecord], purpose: EpisodeRecord.Purpose
  ) -> [RecordedGroup] {
    gathering(zip(1..., records).map { ($0, $1) }, purpose: purpose).groups
  }

  /// Gathers episodes as ``gather(_:purpose:)`` does, and says what is odd about them.
  ///
  /// - Parameters:
  ///   - records: The records with their lines.
  ///   - purpose: What the episodes were played for.
  /// - Returns: The groups, with remarks.
  public static func gathering(
    _ records: [(number: Int, record: EpisodeRecord)], purpose: EpisodeRecord.Purpose
  ) -> Gathering {
    struct Key: Hashable {
      var update: Int?
      var origin: EpisodeOrigin
    }
    var result = Gathering()
    var places: [Key: Int] = [:]
    var known: [Key: [Int: Int]] = [:]
    var order: [Key] = []
    for (number, record) in records
    where record.purpose == purpose && record.episode.parent == nil
      && !(purpose == .evaluation && record.episode.origin.member == Evaluation.greedyMember)
    {
      var key = Key(update: record.update, origin: record.episode.origin)
      let member = key.origin.member
      key.origin.member = 0
      if let first = known[key]?[member] {
        result.remarks.append(
          "line \(number): episode \(record.episode.name) is in line \(first) already; left out")
        continue
      }
      if known[key] == nil { order.append(key) }
      known[key, default: [:]][member] = number
      guard record.episode.isCreditable else { continue }
      let place = places[key] ?? result.groups.count
      if place == result.groups.count {
        places[key] = place
        result.groups.append(RecordedGroup(numbers: [], episodes: []))
      }
      result.groups[place].numbers.append(number)
      result.groups[place].episodes.append(record.episode)
    }
    for key in order {
      let members = known[key] ?? [:]
      let all = (members.keys.max() ?? 0) + 1
      guard members.count < all, let first = members.values.min() else { continue }
      result.remarks.append(
        "the group of line \(first) has \(members.count) of at least \(all) members")
    }
    return result
  }
}
