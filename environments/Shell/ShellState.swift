public import TurnwiseCore
public import TurnwiseSandbox

extension Shell {
  /// The files and the shell after the last command, and what the agent has read and submitted.
  public struct State: Codable, Hashable, Sendable {
    /// The task, of which the agent sees only the instruction.
    public let task: ShellTask
    /// The files and the state of the shell.
    public internal(set) var workspace: Workspace
    /// For each fact of the task, whether the agent has read it.
    public private(set) var seen: [Bool]
    /// The answer that the agent submitted.
    public internal(set) var answer: Text?

    /// Creates the files of a task, or takes `files` if the task is from a folder.
    init(_ task: ShellTask, in files: Workspace? = nil) throws {
      self.task = task
      workspace =
        try files
        ?? Workspace(
          task.files.map { (path: Text($0.path), mode: $0.permissions, contents: Text($0.text)) })
      seen = task.facts.map { _ in false }
    }

    /// Records which facts are lines of a reply.
    mutating func note(_ reply: Text) { judge.note(reply, in: &seen) }

    /// Whether the right answer was submitted, or any answer if the task has none.
    var isAnswered: Bool { judge.accepts(answer) }

    /// Whether all files are as required.
    var isTreeRight: Bool { judge.isTreeRight(workspace) }

    /// The share of facts that were read and of results that were achieved.
    var progress: Double { judge.progress(seen, workspace) }

    /// What the trace records and the agent must never see.
    var gold: JSONValue { judge.gold }

    private var judge: TaskJudge { TaskJudge(task: task) }
  }
}
