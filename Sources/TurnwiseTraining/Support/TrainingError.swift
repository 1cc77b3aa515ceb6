public import TurnwiseCore

/// Why training cannot go on.
public enum TrainingError: Error, Hashable, Sendable {
  /// The environment has no expert to imitate. If it takes a folder of tasks, tasks with `taskNeed` would
  /// give it one.
  case noExpert(String, taskNeed: String?)
  /// No demonstration fits the context.
  case demonstrationsTooLong(context: Int)
  /// Every call of the demonstrations was refused, and refused calls are not imitated.
  case everyTurnRefused
  /// Every episode of an update failed; the first reason is given.
  case everyEpisodeFailed(Failure)
  /// The estimators cannot be used, for these reasons.
  case refusedCredit([String])
}
