internal import TurnwiseCore

/// A kind of generated task. To add one:
///
/// 1. Copy a file of `Families/`, and change `name`, `task(in:)` and `move(in:knowing:)`.
/// 2. Add one line to ``TaskFamilies/all``.
/// 3. Run the tests: they play every family in the sandbox.
///
/// A good family hides something that the instruction does not tell (where a file is, what is in
/// it), so that an agent that does not read cannot win; and it can be lost, by an answer that is only
/// a guess or a change that cannot be taken back.
protocol TaskFamily: Sendable {
  /// The name in tables.
  static var name: String { get }

  /// Makes a task, adding its files to `tree`.
  static func task(in tree: inout TaskTree) -> TaskDraft

  /// What an expert does next who knows the instruction and has read what is in `notes`.
  static func move(in task: ShellTask, knowing notes: Notebook) -> Move
}

/// What a family says of a task beside its files.
struct TaskDraft {
  /// What the agent is told.
  var instruction: String
  /// The words of the instruction that change from task to task, by their role.
  var clues: [String: String]
  /// The right answer; nil where any will do.
  var answer: String?
  /// The files that must be there in the end.
  var results: [ShellTask.File] = []
  /// The paths at which nothing may be in the end.
  var removed: [String] = []
  /// The lines that must be read on the way.
  var facts: [String]
}

/// What an expert could do next.
struct Move {
  /// What one of the two tools is called with.
  enum Step: Hashable {
    case bash(String)
    case submit(String)
  }

  /// The best step.
  var best: Step
  /// A plausible step that skips a look, and is mostly wrong.
  var shortcut: Step?

  /// Runs a command.
  static func bash(_ command: String, shortcut: Step? = nil) -> Move {
    Move(best: .bash(command), shortcut: shortcut)
  }

  /// Ends the episode.
  static func submit(_ answer: String) -> Move { Move(best: .submit(answer)) }
}

/// The families by name.
enum TaskFamilies {
  /// All families, in the order of tables.
  static let all: [any TaskFamily.Type] = [
    Owner.self,
    Count.self,
    Sum.self,
    Sort.self,
    Rename.self,
    Script.self,
    Log.self,
    Config.self,
    Trail.self,
    MoveFile.self,
  ]

  /// The family of a name.
  static func named(_ name: String) -> (any TaskFamily.Type)? { all.first { $0.name == name } }
}
