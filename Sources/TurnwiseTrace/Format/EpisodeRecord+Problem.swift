internal import TurnwiseCore

// Readers, estimators and models rely on records that are consistent: redundant fields must agree, and what
// is referred to must exist.
extension EpisodeRecord {
  /// The first inconsistency; nil if there is none.
  public var problem: String? {
    countProblem ?? forkProblem ?? tapeProblem ?? numberProblem ?? truthProblem ?? creditProblem
  }

  /// Checks that counters are at least 0 and small enough for sums of them.
  private var countProblem: String? {
    let counts = [
      ("update", update ?? 0), ("iteration", episode.origin.iteration),
      ("scenario", episode.origin.scenario), ("member", episode.origin.member),
      ("number of retries", episode.retries),
    ]
    return counts.first { !(0..<(1 << 40) ~= $0.1) }.map { "its \($0.0) is \($0.1)" }
  }

  private var forkProblem: String? {
    if let parent = episode.parent, !(0...episode.turns.count).contains(parent.turn) {
      return "it left its parent after turn \(parent.turn) of \(episode.turns.count)"
    }
    var turn = 0
    for fork in episode.forks {
      guard fork.turn >= turn else {
        return "it left a parent after turn \(fork.turn), but an earlier parent after turn \(turn)"
      }
      turn = fork.turn
      guard fork.token != 0, fork.turn < episode.turns.count else { continue }
      guard episode.beginning(ofTurn: fork.turn, count: fork.token) != nil else {
        return "it left a parent after \(fork.token) tokens of turn \(fork.turn + 1),"
          + " which has fewer"
      }
    }
    return nil
  }

  /// Checks that turns refer to the spans of their tokens, and that all sampled spans belong to turns, in order.
  private var tapeProblem: String? {
    for (index, turn) in episode.turns.enumerated() {
      guard let reference = turn.span else { continue }
      guard let span = episode.tape[reference], span.kind == .sampled, span.turn == index else {
        return "turn \(index + 1) names span \(reference.span) of segment \(reference.segment),"
          + " which contains none of its tokens"
      }
    }
    // The tape may contain the prompt of a turn that was not played, and its action if that turn failed.
    let played = episode.turns.count
    var turn = 0
    for (index, segment) in episode.tape.segments.enumerated() {
      for (number, span) in segment.spans.enumerated() {
        let place = "span \(number) of segment \(index)"
        guard 0...played ~= span.turn else {
          return "\(place) belongs to turn \(saying: span.turn) of \(played)"
        }
        guard span.turn >= turn else {
          return "\(place) belongs to turn \(span.turn + 1), after one of turn \(turn + 1)"
        }
        turn = span.turn
        guard span.kind == .sampled else { continue }
        guard span.start > 0 else { return "\(place) was sampled without anything before it" }
        guard span.turn < played || episode.ending.failure != nil else {
          return "\(place) was sampled in turn \(span.turn + 1) of \(played)"
        }
        let reference = TokenTape.Reference(segment: index, span: number)
        guard span.turn == played || episode.turns[span.turn].span == reference else {
          return "\(place) was sampled in turn \(span.turn + 1), which names another span"
        }
        guard span.logProbabilities?.allSatisfy(\.isFinite) ?? true else {
          return "\(place) has a log-probability that is not finite"
        }
      }
      if let token = segment.tokens.first(where: { $0 < 0 }) {
        return "segment \(index) has the token \(token)"
      }
    }
    return nil
  }

  private var numberProblem: String? {
    let shares = episode.shares.joined().map(\.value)
    let rewards = episode.rewards.compactMap(\.self) + shares
    guard rewards.allSatisfy(\.isFinite), episode.totalReward?.isFinite ?? true else {
      return "its rewards add up to a number that is not finite"
    }
    return nil
  }

  private var truthProblem: String? {
    guard let truth, truth.count != episode.turns.count else { return nil }
    return "it has the truth of \(truth.count) of \(episode.turns.count) turns"
  }

  private var creditProblem: String? {
    for (name, credit) in (credit ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard credit.turns.count == episode.turns.count else {
        return "'\(name)' credits \(credit.turns.count) of \(episode.turns.count) turns"
      }
      guard let tokens = credit.tokens else { continue }
      guard
        tokens.map(\.count)
          == episode.turns.map({ $0.span.flatMap { episode.tape[$0] }?.range.count ?? 0 })
      else { return "the tokens that '\(name)' credits are not the sampled ones" }
    }
    return nil
  }
}

extension String.StringInterpolation {
  /// Appends a turn, counted from 1, or as it was written if it is not a valid number.
  fileprivate mutating func appendInterpolation(saying turn: Int) {
    appendInterpolation(turn < 0 || turn == .max ? turn : turn + 1)
  }
}
