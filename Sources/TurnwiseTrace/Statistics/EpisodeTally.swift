public import TurnwiseCore

/// What some episodes come to, in memory that does not grow with their number.
public struct EpisodeTally: Codable, Hashable, Sendable {
  /// All episodes.
  public private(set) var episodes = 0
  /// Those that were judged a success or none.
  public private(set) var judged = 0
  /// Those that succeeded.
  public private(set) var succeeded = 0
  /// Those that were paid anything.
  public private(set) var rewarded = 0
  /// The sum of all rewards.
  public private(set) var reward = 0.0
  /// All turns.
  public private(set) var turns = 0
  /// Turns of which every call was refused, or none could be read.
  public private(set) var refusedTurns = 0
  /// Sampled tokens.
  public private(set) var tokens = 0
  /// How episodes ended, such as `terminated` or `turn-limit`.
  public private(set) var endings = FrequentWords()
  /// How often each tool was called.
  public private(set) var calls = FrequentWords()
  /// How often a call of each tool was refused.
  public private(set) var refusals = FrequentWords()
  /// The patterns of refused calls: tool, colon, ``ReplyPattern``.
  public private(set) var refusalReplies = FrequentWords()
  /// The patterns of all other replies, in the same form.
  public private(set) var replies = FrequentWords()
  /// What was wrong with actions that could not be read, and what failed.
  public private(set) var errors = FrequentWords()

  /// Counts nothing yet.
  public init() {}

  /// Counts an episode.
  public mutating func add(_ episode: Episode) {
    episodes += 1
    if let success = episode.judgement?.success {
      judged += 1
      if success { succeeded += 1 }
    }
    if let total = episode.totalReward {
      rewarded += 1
      reward += total
    }
    turns += episode.turns.count
    tokens += episode.tape.sampledCount
    switch episode.ending {
    case .terminated: endings.add("terminated")
    case .truncated(let reason): endings.add(reason.rawValue)
    case .failed(let failure):
      endings.add("failed")
      errors.add("\(failure.boundary.rawValue): \(ReplyPattern.of(Text(failure.message)))")
    }
    for turn in episode.turns { add(turn) }
  }

  private mutating func add(_ turn: Turn) {
    if turn.isRefused { refusedTurns += 1 }
    if let problem = turn.action.problem {
      errors.add("not readable: \(ReplyPattern.of(Text(problem)))")
    }
    for call in turn.action.calls { calls.add(call.name) }
    for (index, reply) in turn.replies.enumerated() {
      let call = turn.action.calls.indices.contains(index) ? turn.action.calls[index] : nil
      let pattern = "\(call?.name ?? "-"): \(ReplyPattern.of(reply.text, to: call))"
      if reply.isRefusal {
        if let call { refusals.add(call.name) }
        refusalReplies.add(pattern)
      } else {
        replies.add(pattern)
      }
    }
  }

  /// Adds what others come to.
  public mutating func add(_ other: EpisodeTally) {
    episodes += other.episodes
    judged += other.judged
    succeeded += other.succeeded
    rewarded += other.rewarded
    reward += other.reward
    turns += other.turns
    refusedTurns += other.refusedTurns
    tokens += other.tokens
    endings.add(other.endings)
    calls.add(other.calls)
    refusals.add(other.refusals)
    refusalReplies.add(other.refusalReplies)
    replies.add(other.replies)
    errors.add(other.errors)
  }

  /// The share of judged episodes that succeeded; `nil` if none was judged.
  public var success: Double? { judged > 0 ? Double(succeeded) / Double(judged) : nil }
  /// The mean total reward of those that were paid; `nil` if none was.
  public var meanReward: Double? { rewarded > 0 ? reward / Double(rewarded) : nil }
  /// The mean number of turns; `nil` without episodes.
  public var meanTurns: Double? { episodes > 0 ? Double(turns) / Double(episodes) : nil }
  /// The share of turns that were refused.
  public var refusedShare: Double { turns > 0 ? Double(refusedTurns) / Double(turns) : 0 }
  /// The share of episodes that ended in a way.
  public func share(endingIn word: String) -> Double {
    episodes > 0 ? Double(endings[word]) / Double(episodes) : 0
  }
}
