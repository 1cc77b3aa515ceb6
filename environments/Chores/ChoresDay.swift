public import TurnwiseCore

/// A working day: the scenario of ``Chores``.
public struct ChoresDay: Codable, Hashable, Sendable {
  /// The choice with which a day begins, and which decides something at its end.
  public struct Choice: Codable, Hashable, Sendable {
    /// The branch that the plan names.
    public var planned: String
    /// The branches that may be picked, in the order in which the agent is told of them.
    public var branches: [String]
  }

  /// The jobs, in the order in which they must be done.
  public var jobs: [ShellTask]
  /// The choice at the beginning; nil if there is none.
  public var choice: Choice?

  /// The folder of a job, which contains its files.
  static func folder(of job: Int) -> String { "job\(job + 1)" }

  /// The file that says which branch is right.
  static let plan = "plan.txt"
}

/// How an environment with sub-tasks pays for them.
public enum RewardTiming: String, WordChoice {
  /// Each job is paid when it is done.
  case job
  /// All jobs are paid together at the end, without saying which of them were right.
  case end
}
