public import TurnwiseCore

/// Totals over episodes, in constant memory.
public struct EpisodeTally: Codable, Hashable, Sendable {
  /// The number of episodes.
  public private(set) var episodes = 0
  /// The number of episodes that were judged as success or failure.
  public private(set) var judged = 0
  /// The number of episodes that succeeded.
  public private(set) var succeeded = 0
  /// The number of episodes with a reward.
  public private(set) var rewarded = 0
  /// The sum of all rewards.
  public private(set) var reward = 0.0
  /// The number of turns.
  public private(set) var turns = 0
  /// The number of turns that were refused (`Turn.isRefused`).
  public private(set) var refusedTurns = 0
  /// The number of sampled tokens.
  public private(set) var tokens = 0
  /// How often episodes ended in each way, such as `terminated` or `turn-limit`.
  public private(set) var endings = FrequentWords()
  /// How often each tool was called.
  public private(set) var calls = FrequentWords()
  /// How often a call of each tool was refused.
  public private(set) var refusals = FrequentWords()
  /// The patterns of refusals: tool, colon, ``ReplyPattern``.
  public private(set) var refusalReplies = FrequentWords()
  /// The patterns of all other replies, in the same form.
  public private(set) var replies = FrequentWords()
  /// The patterns of problems of unreadable actions, and of failures.
  public private(set) var errors = FrequentWords()

  /// Creates an empty tally.
  public init() {}

  /// Adds an episode.
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

  /// Adds another tally.
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
  /// The mean total reward of episodes with a reward; `nil` if there are none.
  public var meanReward: Double? { rewarded > 0 ? reward / Double(rewarded) : nil }
  /// The mean number of turns; `nil` if there are no episodes.
  public var meanTurns: Double? { episodes > 0 ? Double(turns) / Double(episodes) : nil }
  /// The share of turns that were refused.
  public var refusedShare: Double { turns > 0 ? Double(refusedTurns) / Double(turns) : 0 }
  /// Returns the share of episodes that ended in a way, such as `terminated`.
  public func share(endingIn word: String) -> Double {
    episodes > 0 ? Double(endings[word]) / Double(episodes) : 0
  }
}
