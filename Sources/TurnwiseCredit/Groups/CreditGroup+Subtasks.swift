internal import TurnwiseCore

/// A group as one sub-task sees it: its turns alone, and what belongs to it.
///
/// An episode becomes shorter: it keeps the turns that worked on the sub-task. After each of them it is paid
///
/// - the shares of the sub-task that were paid from this turn on until the next one of the sub-task, and
/// - what was paid in the same time and belongs to no sub-task.
///
/// So a reward that is paid late, by a turn of another sub-task, counts for the last turn that worked on what
/// it is for. No share is counted for two sub-tasks. What was paid before the first turn of a sub-task does not
/// depend on its turns and is left out. Turns without a sub-task see all rewards.
public struct SubtaskView: Sendable {
  /// The sub-task; nil for the turns that worked on none.
  public let subtask: String?
  /// The shortened episodes.
  public let group: CreditGroup
  /// The place of each turn of ``group`` in the whole group.
  public let places: [[TurnPlace]]

  /// The place of a turn in a group.
  public struct TurnPlace: Hashable, Sendable {
    /// The index of the episode.
    public var episode: Int
    /// The turn, from 0.
    public var turn: Int
  }
}

extension CreditGroup {
  /// The group as each of its sub-tasks sees it, in the order of their first turns; each turn belongs to one
  /// view.
  ///
  /// An episode is part of the views of those sub-tasks that it has turns of.
  ///
  /// - Throws: ``CreditError`` if shares add up to numbers that cannot be credited.
  public func subtaskViews() throws -> [SubtaskView] {
    var names: [String?] = []
    for turn in 0..<longest {
      for episode in episodes where turn < episode.turns.count {
        let name = episode.turns[turn].subtask
        if !names.contains(name) { names.append(name) }
      }
    }
    return try names.map(view)
  }

  /// The returns that an estimator compares: one list for all episodes, or one for each sub-task.
  ///
  /// Episodes that did not reach a sub-task earned nothing with it.
  ///
  /// - Throws: As ``subtaskViews()``.
  public func comparedReturns(bySubtask: Bool) throws -> [[Double]] {
    guard bySubtask else { return [episodes.map(\.totalReward)] }
    return try subtaskViews().map { view in
      view.group.episodes.map(\.totalReward)
        + Array(repeating: 0, count: episodes.count - view.group.episodes.count)
    }
  }

  private func view(of subtask: String?) throws -> SubtaskView {
    var parts: [CreditEpisode] = []
    var places: [[SubtaskView.TurnPlace]] = []
    for (index, episode) in episodes.enumerated() {
      let turns = episode.turns.indices.filter { episode.turns[$0].subtask == subtask }
      guard !turns.isEmpty else { continue }
      places.append(turns.map { SubtaskView.TurnPlace(episode: index, turn: $0) })
      parts.append(episode.part(turns, of: subtask))
    }
    return SubtaskView(subtask: subtask, group: try CreditGroup(parts), places: places)
  }
}

extension CreditEpisode {
  /// The episode with some of its turns, each paid what belongs to a sub-task until the next of them.
  fileprivate func part(_ kept: [Int], of subtask: String?) -> CreditEpisode {
    var part = self
    part.turns = zip(kept, kept.dropFirst() + [turns.count]).map { turn, next in
      var own = turns[turn]
      let paid = turns[turn..<next].compactMap { $0.reward(of: subtask) }
      own.reward = paid.isEmpty ? nil : paid.reduce(0, +)
      own.shares = []
      return own
    }
    // An episode that was paid anything says something about each of its sub-tasks.
    let last = part.turns.count - 1
    part.turns[last].reward = part.turns[last].reward ?? 0
    let isWhole = kept.last == turns.count - 1
    part.isTruncated = isTruncated && isWhole
    if !isWhole { part.finalKey = nil }
    return part
  }
}

extension CreditEpisode {
  /// What was paid for the sub-task of a turn, from that turn on until another one was worked on.
  package func returnOfSubtask(from turn: Int) -> Double {
    let subtask = turns[turn].subtask
    return turns[turn...].prefix { $0.subtask == subtask }
      .reduce(0) { $0 + ($1.reward(of: subtask) ?? 0) }
  }
}

extension CreditTurn {
  /// The part of the reward that belongs to a sub-task, or to the whole episode; nil if there is none.
  package func reward(of subtask: String?) -> Double? {
    guard let reward, let subtask else { return self.reward }
    let own = shares.filter { $0.subtask == subtask }
    let common = reward - shares.total
    if own.isEmpty, !shares.isEmpty, abs(common) < 1e-12 { return nil }
    return common + own.total
  }
}
