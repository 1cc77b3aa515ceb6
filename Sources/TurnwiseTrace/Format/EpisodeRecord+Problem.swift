internal import TurnwiseCore

// What a record says twice must agree, and what it names must be there: readers, estimators and models
// rely on it.
extension EpisodeRecord {
  /// What contradicts itself, if anything does.
  public var problem: String? {
    countProblem ?? forkProblem ?? tapeProblem ?? numberProblem ?? truthProblem ?? creditProblem
  }

  /// Counters, which begin at 0, and are small enough that sums of them can be computed.
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
      return "it left its parent after \(parent.turn) turns of \(episode.turns.count)"
    }
    var turn = 0
    for fork in episode.forks {
      guard fork.turn >= turn else {
        return "it left a parent after \(fork.turn) turns, and the one before after \(turn)"
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

  /// Turns name the spans of their tokens, and all sampled spans belong to turns, in order.
  private var tapeProblem: String? {
    for (index, turn) in episode.turns.enumerated() {
      guard let reference = turn.span else { continue }
      guard let span = episode.tape[reference], span.kind == .sampled, span.turn == index else {
        return "turn \(index + 1) names span \(reference.span) of segment \(reference.segment),"
          + " which holds no tokens of it"
      }
    }
    // The prompt of a turn that was not played may be there; its action, if the turn failed.
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
          return "\(place) was sampled in turn \(span.turn + 1), which names another"
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
    let rewards = episode.rewards.compactMap(\.self)
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
      else { return "'\(name)' credits other tokens than were sampled" }
    }
    return nil
  }
}

extension String.StringInterpolation {
  /// A turn as people count it; one that cannot be, as it was written.
  fileprivate mutating func appendInterpolation(saying turn: Int) {
    appendInterpolation(turn < 0 || turn == .max ? turn : turn + 1)
  }
}
