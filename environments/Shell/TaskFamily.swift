internal import TurnwiseCore

/// A kind of generated task. To add one:
///
/// 1. Copy a file of `Families/`, and change `name`, `task(in:)` and `move(in:knowing:)`.
/// 2. Add one line to ``TaskFamilies/all``.
/// 3. Run the tests, which play every family in the sandbox.
///
/// A good family hides something that the instruction does not tell (where a file is, what it
/// contains), so that an agent that does not read cannot win. And it can be lost, by an answer that is
/// only a guess or by a change that cannot be undone.
protocol TaskFamily: Sendable {
  /// The name of the family, which tables show.
  static var name: String { get }

  /// Generates a task, adding its files to `tree`.
  static func task(in tree: inout TaskTree) -> TaskDraft

  /// What an expert does next who knows the instruction and `history`.
  static func move(in task: ShellTask, knowing history: CommandHistory) -> Move
}

/// A generated task without its files.
struct TaskDraft {
  /// What the agent is told.
  var instruction: String
  /// The words of the instruction that differ from task to task, by their role.
  var clues: [String: String]
  /// The right answer; nil if any answer is right.
  var answer: String?
  /// The files that must exist at the end.
  var results: [ShellTask.File] = []
  /// The paths at which nothing may exist at the end.
  var removed: [String] = []
  /// The lines that must be read on the way.
  var facts: [String]
}

/// What an expert could do next.
struct Move {
  /// A call of one of the two tools.
  enum Step: Hashable {
    case bash(String)
    case submit(String)
  }

  /// The best step.
  var best: Step
  /// A plausible step that skips a look, and is mostly wrong.
  var shortcut: Step?

  /// A move that runs a command.
  static func bash(_ command: String, shortcut: Step? = nil) -> Move {
    Move(best: .bash(command), shortcut: shortcut)
  }

  /// A move that ends the episode.
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
}

extension [any TaskFamily.Type] {
  /// The names, in the order of tables.
  var names: [String] { map { $0.name } }

  /// The family of a name.
  func named(_ name: String) -> (any TaskFamily.Type)? { first { $0.name == name } }

  /// What options that choose families must be.
  var requirement: String { "one or more of \(names.joined(separator: ", "))" }

  /// Whether all names are known and there is one.
  func allows(_ chosen: [String]) -> Bool { !chosen.isEmpty && chosen.allSatisfy(names.contains) }
}
