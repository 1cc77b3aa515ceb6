internal import TurnwiseCore
internal import TurnwiseCredit

/// The forks that were requested and played for one group.
struct ForkLedger {
  let group: ForkGroup

  /// The first episode that was in the same situation, for each episode and turn.
  private let firsts: [[Int]]
  /// The largest number of forks that was requested, by the requested point.
  private var wanted: [ForkPoint: Int] = [:]
  /// The outcomes of the forks of a situation, by its first point.
  private var outcomes: [ForkPoint: [ForkOutcome]] = [:]
  /// The continuations that came to `outcomes`, in the same order.
  private var played: [ForkPoint: [Episode]] = [:]
  private var started: [ForkPoint: Int] = [:]
  private var failures: [ForkPoint: Int] = [:]
  private var unscored: [ForkPoint: Int] = [:]

  /// The number of continuations of a point that may fail.
  private static let failureLimit = 3

  /// Returns the number of continuations of a point that may have no score, besides those that have
  /// one.
  private static func unscoredLimit(_ wanted: Int) -> Int { 2 * wanted + 6 }

  /// Whether the judge scores episodes of the group; if so, an episode without a judgement has no
  /// score.
  private var judges: Bool {
    group.episodes.contains { !($0.judgement?.saysNothing ?? true) }
  }

  /// The situation that the future depends on: the state, and everything that the policy sees.
  private struct Place: Hashable {
    var stateKey: StateKey
    var past: [[Text]]
    var tokens: [[Int32]]
  }

  init(_ group: ForkGroup) {
    self.group = group
    var seen: [Place: Int] = [:]
    firsts = group.episodes.enumerated().map { index, episode in
      var past: [[Text]] = []
      return episode.turns.enumerated().map { number, turn in
        defer {
          past.append([turn.observation.text, turn.action.text] + turn.replies.map(\.text))
        }
        // Without a key it is unknown whether the state is the same.
        guard let key = turn.stateKey else { return index }
        let tape = episode.tape.prefix(beforeTurn: number)
        let place = Place(
          stateKey: key, past: past, tokens: tape.segments.map(\.tokens))
        if let first = seen[place] { return first }
        seen[place] = index
        return index
      }
    }
  }

  /// The outcomes of the points that were requested.
  var forks: [ForkPoint: [ForkOutcome]] { requested(outcomes) }

  /// The continuations that came to ``forks``, in the same order.
  var continuations: [ForkPoint: [Episode]] { requested(played) }

  private func requested<Value>(_ values: [ForkPoint: Value]) -> [ForkPoint: Value] {
    Dictionary(
      uniqueKeysWithValues: wanted.keys.compactMap { point in
        first(point).flatMap { values[$0] }.map { (point, $0) }
      })
  }

  /// Adds the requests that are made after what was played so far.
  ///
  /// - Returns: Whether any request is new.
  mutating func enter(
    _ requests: (CreditGroup, Evidence) -> [ForkRequest]
  ) throws(ForkError) -> Bool {
    var evidence = group.evidence
    evidence.forks = forks
    let before = wanted
    for request in requests(group.credit, evidence) where request.count > 0 {
      guard first(request.point) != nil else { throw .noSuchPoint(request.point) }
      wanted[request.point] = max(wanted[request.point] ?? 0, request.count)
    }
    return wanted != before
  }

  /// Returns the continuations that are not played yet.
  mutating func missing() -> [(point: ForkPoint, stream: Int)] {
    var counts: [ForkPoint: Int] = [:]
    for (point, count) in wanted {
      if let first = first(point) { counts[first] = max(counts[first] ?? 0, count) }
    }
    return counts.sorted { $0.key < $1.key }.flatMap { point, count -> [(ForkPoint, Int)] in
      guard unscored[point, default: 0] <= Self.unscoredLimit(count) else { return [] }
      let next = started[point] ?? 0
      let streams = next..<next + max(0, count - (outcomes[point]?.count ?? 0))
      started[point] = streams.upperBound
      return streams.map { (point, $0) }
    }
  }

  /// Adds a continuation, or notes that it failed or was not scored.
  ///
  /// The return of a continuation without a score is unknown, not 0, so another continuation is
  /// played instead. If too many have no score, the point has fewer outcomes than were requested,
  /// or none.
  mutating func enter(_ fork: PlayedFork) throws {
    if let failure = fork.episode.ending.failure {
      failures[fork.point, default: 0] += 1
      if failures[fork.point, default: 0] > Self.failureLimit {
        throw ForkError.failing(
          episode: group.episodes[fork.point.episode].name, turn: fork.point.turn, failure)
      }
    } else if fork.episode.totalReward == nil
      || (judges && fork.subtask == nil && fork.episode.judgement?.saysNothing ?? true)
    {
      unscored[fork.point, default: 0] += 1
    } else {
      outcomes[fork.point, default: []].append(try fork.outcome)
      played[fork.point, default: []].append(fork.episode)
    }
  }

  /// The first point whose continuations were played but not scored.
  var unscoredPoint: ForkPoint? {
    unscored.keys.filter { outcomes[$0] == nil }.min()
  }

  /// The first point of the group in the same situation; `nil` if there is no such point.
  private func first(_ point: ForkPoint) -> ForkPoint? {
    guard firsts.indices.contains(point.episode),
      firsts[point.episode].indices.contains(point.turn)
    else { return nil }
    func kept(_ episode: Int) -> AnyHashable? {
      switch group.episodes[episode].beginning(ofTurn: point.turn, count: point.token) {
      case .tokens(let prefix): AnyHashable(prefix.tokens)
      case .action(let action): AnyHashable(action)
      case nil: nil
      }
    }
    let situation = firsts[point.episode][point.turn]
    var first = point
    first.episode = situation
    if point.token == 0 { return first }
    guard let own = kept(point.episode) else { return nil }
    let same = firsts.indices.first { episode in
      firsts[episode].indices.contains(point.turn) && firsts[episode][point.turn] == situation
        && kept(episode) == own
    }
    first.episode = same ?? point.episode
    return first
  }
}
