/// A part of a reward that belongs to one sub-task of an episode, whenever it is paid.
///
/// An environment with sub-tasks says what each turn worked on (``Environment/subtask(of:)``) and which
/// sub-task a reward belongs to. Estimators that use both compare a turn only with what its own sub-task
/// earned, so that the luck and the mistakes of other sub-tasks are not credited to it.
public struct RewardShare: Codable, Hashable, Sendable {
  /// The name of the sub-task, as ``Environment/subtask(of:)`` returns it.
  public var subtask: String
  /// What it earned; part of the reward that it is paid with.
  public var value: Double

  /// Creates a share.
  public init(_ value: Double, of subtask: String) {
    (self.subtask, self.value) = (subtask, value)
  }
}

extension Sequence where Element == RewardShare {
  /// The sum of all shares.
  public var total: Double { reduce(0) { $0 + $1.value } }
}

extension Episode {
  /// Whether any turn worked on a sub-task.
  package var hasSubtasks: Bool { turns.contains { $0.subtask != nil } }

  /// The shares of sub-tasks that each turn was paid; the judgement's shares are added to the last turn.
  public var shares: [[RewardShare]] {
    var shares = turns.map { $0.shares ?? [] }
    if let final = judgement?.shares, let last = shares.indices.last { shares[last] += final }
    return shares
  }
}
