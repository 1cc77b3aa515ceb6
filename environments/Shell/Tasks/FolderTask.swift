public import TurnwiseCore
public import TurnwiseSandbox

/// A task from a folder; its name is that of the folder.
///
/// <doc:ShellTasks> describes the folder.
public struct FolderTask: Codable, Hashable, Sendable {
  /// What the agent is told.
  public var instruction: String
  /// The turn after which an unfinished episode is truncated; nil for that of the environment.
  public var turnLimit: Int?
  /// The split that the task belongs to.
  public var split: Split
  /// The files that the agent finds.
  public var files: Workspace
  /// The program `run`, which starts what the agent has made; nil if nothing is to be started.
  public var run: Workspace?
  /// The program `check` and its files, which the agent never sees.
  public var check: Workspace
  /// What an expert does in each turn; nil if there is no solution.
  public var solution: [String]?

  /// The name of the program that decides whether the task is done.
  static let checkName = "check"
  /// The name of the program that starts what the agent has made.
  static let runName = "run"

  /// What is asked and how it is judged, without turn limit, split and solution.
  var question: FolderTask {
    var task = self
    (task.turnLimit, task.split, task.solution) = (nil, .train, nil)
    return task
  }

  /// The digest of the task and all its files.
  ///
  /// - Throws: Nothing that a task can cause.
  var digest: Digest {
    get throws { Digest(of: try CanonicalEncoder.bytes(of: self)) }
  }
}

/// Tasks by name, each with its digest, which scenarios refer to.
struct TaskSet: Hashable, Sendable {
  /// A task and its digest.
  private struct Entry: Hashable {
    var task: FolderTask
    var digest: String
  }

  private let entries: [String: Entry]
  private let names: [Split: [String]]

  /// Creates a set of tasks.
  ///
  /// - Throws: Nothing that a task can cause.
  init(_ tasks: [String: FolderTask]) throws {
    entries = try tasks.mapValues { Entry(task: $0, digest: try $0.digest.hexadecimal) }
    names = Dictionary(grouping: tasks.keys.sorted()) { tasks[$0]?.split ?? .train }
  }

  /// No tasks.
  static let empty = TaskSet()

  private init() { (entries, names) = ([:], [:]) }

  /// Whether there are no tasks.
  var isEmpty: Bool { entries.isEmpty }

  /// The tasks, sorted by name.
  var tasks: [(name: String, task: FolderTask)] {
    entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.task) }
  }

  /// Draws a task of a split, each with the same probability.
  ///
  /// - Parameters:
  ///   - split: The split.
  ///   - folder: The path that errors show.
  ///   - random: The random generator.
  /// - Returns: The scenario.
  /// - Throws: A ``TaskFileError`` if there is no task of the split.
  func scenario(
    in split: Split, of folder: String, using random: inout Randomness
  ) throws -> ShellTask {
    guard let name = names[split]?.randomElement(using: &random), let entry = entries[name] else {
      throw TaskFileError(
        folder, .none(of: split, "task", place: "the task.json of some tasks"))
    }
    return ShellTask(
      family: name, instruction: entry.task.instruction, clues: [:], files: [], facts: [],
      digest: entry.digest)
  }

  /// Returns the task that a scenario refers to.
  ///
  /// - Throws: A `Failure` if the task is missing or has changed.
  func task(of scenario: ShellTask) throws -> FolderTask {
    guard let entry = entries[scenario.family] else {
      throw Failure(
        .environment, code: "no-task",
        message: "There is no task '\(scenario.family)' here; the run that recorded it contains it."
      )
    }
    guard entry.digest == scenario.digest else {
      throw Failure(
        .environment, code: "other-task",
        message: "The task '\(scenario.family)' differs from the one that was recorded: its "
          + "files or its instruction have changed since.")
    }
    return entry.task
  }
}

extension TaskSet: Codable {
  /// Decodes tasks by name.
  init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode([String: FolderTask].self))
  }

  /// Encodes the tasks by name.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries.mapValues(\.task))
  }
}
