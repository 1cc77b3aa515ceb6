internal import Foundation
public import TurnwiseCore
public import TurnwiseCredit

/// Chooses turns of recorded episodes for the measurement of their true credit.
///
/// The choice is stratified in proportion. Turns are ordered by their number, then by the number of
/// turns that their episode still had, by the uncertainty of the policy, and by the outcome. Turns
/// are taken at equal intervals from a random beginning. So each kind of turn is represented as
/// often as it occurs, and a score over the chosen turns needs no weights.
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

  /// The number of turns that were chosen.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }

  /// Chooses turns.
  ///
  /// - Parameters:
  ///   - groups: Recorded episodes, by group.
  ///   - count: The number of turns; all turns are chosen if there are no more.
  ///   - random: The source of the beginning and of the order of equal turns.
  public init(in groups: [[Episode]], count: Int, using random: inout Randomness) {
    require(count > 0, "There must be at least one point, not \(count).")
    var candidates: [Candidate] = []
    for (group, episodes) in groups.enumerated() {
      for (index, episode) in episodes.enumerated() {
        for (turn, record) in episode.turns.enumerated() {
          let span = record.span.flatMap { episode.tape[$0] }
          // The negative log-probability of the tokens, in nats, is a one-sample estimate of the
          // entropy.
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
