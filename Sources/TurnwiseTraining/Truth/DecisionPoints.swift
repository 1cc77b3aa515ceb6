internal import Foundation
public import TurnwiseCore
public import TurnwiseCredit

/// Chooses turns of recorded episodes whose true credit is to be measured.
///
/// The choice is stratified in proportion: turns are ordered by their number, then by how many turns
/// their episode still had, by how undecided the policy was, and by the outcome, and every so-many-th
/// is taken from a random beginning. So each kind of turn is represented as it occurs, and a score
/// over the chosen ones needs no weights.
public struct DecisionPoints: Sendable {
  /// A turn that may be chosen.
  private struct Candidate {
    var group: Int
    var point: ForkPoint
    var remaining: Int
    var surprise: Double
    var isSuccess: Bool
    var tie: UInt64
  }

  /// The chosen turns of each group, in ascending order.
  public let groups: [[ForkPoint]]

  /// How many turns were chosen.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }

  /// Chooses turns.
  ///
  /// - Parameters:
  ///   - groups: Recorded episodes, by group.
  ///   - count: How many turns; all of them if there are no more.
  ///   - random: Decides the beginning and the order of equals.
  public init(in groups: [[Episode]], count: Int, using random: inout Randomness) {
    require(count > 0, "There must be at least one point, not \(count).")
    var candidates: [Candidate] = []
    for (group, episodes) in groups.enumerated() {
      for (index, episode) in episodes.enumerated() {
        for (turn, record) in episode.turns.enumerated() {
          let span = record.span.flatMap { episode.tape[$0] }
          // What a string of tokens costs in nats is a one-sample estimate of the entropy.
          let surprise = (span?.logProbabilities ?? []).reduce(0) { $0 - Double($1) }
          candidates.append(
            Candidate(
              group: group, point: ForkPoint(episode: index, turn: turn),
              remaining: episode.turns.count - turn, surprise: surprise,
              isSuccess: episode.isSuccess, tie: random.next()))
        }
      }
    }
    let sorted = candidates.map(\.surprise).sorted()
    let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    func stratum(_ candidate: Candidate) -> [Int] {
      [
        candidate.point.turn, candidate.remaining, candidate.surprise > median ? 1 : 0,
        candidate.isSuccess ? 1 : 0,
      ]
    }
    let ordered = candidates.sorted { left, right in
      let (a, b) = (stratum(left), stratum(right))
      return a == b ? left.tie < right.tie : a.lexicographicallyPrecedes(b)
    }
    let step = max(1, Double(ordered.count) / Double(count))
    let start = random.unit() * step
    var chosen: [[ForkPoint]] = groups.map { _ in [] }
    var place = start
    while place < Double(ordered.count) {
      let candidate = ordered[Int(place)]
      chosen[candidate.group].append(candidate.point)
      place += step
    }
    self.groups = chosen.map { $0.sorted() }
  }
}
