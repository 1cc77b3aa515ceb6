public import TurnwiseCore
public import TurnwiseSandbox

/// A task that somebody put into a folder; its name is that of the folder.
///
/// <doc:ShellTasks> describes the folder.
public struct FolderTask: Codable, Hashable, Sendable {
  /// What the agent is told.
  public var instruction: String
  /// The turn after which an unfinished episode is truncated; nil where the environment says.
  public var turnLimit: Int?
  /// The split that the task belongs to.
  public var split: Split
  /// What the agent finds.
  public var files: Workspace
  /// The program ``runName`` that starts what the agent has made; nil where nothing is to be started.
  public var run: Workspace?
  /// The program ``checkName`` and its files, which the agent never sees.
  public var check: Workspace
  /// What an expert does, a turn each; nil where nobody wrote it down.
  public var solution: [String]?

  /// The name of the program that decides whether the task is done.
  static let checkName = "check"
  /// The name of the program that starts what the agent has made.
  static let runName = "run"

  /// What is asked for and how it is judged, whoever is asked and however it could be done.
  var question: FolderTask {
    var task = self
    (task.turnLimit, task.split, task.solution) = (nil, .train, nil)
    return task
  }

  /// Names the task and all its files by their content.
  ///
  /// - Throws: Nothing that a task can cause.
  var digest: Digest {
    get throws { Digest(of: try CanonicalEncoder.bytes(of: self)) }
  }
}

/// Tasks by name, each with the digest that scenarios name it by.
struct TaskSet: Hashable, Sendable {
  /// A task that can be found.
  private struct Entry: Hashable {
    var task: FolderTask
    var digest: String
  }

  private let entries: [String: Entry]
  private let names: [Split: [String]]

  /// Collects tasks.
  ///
  /// - Throws: Nothing that a task can cause.
  init(_ tasks: [String: FolderTask]) throws {
    entries = try tasks.mapValues { Entry(task: $0, digest: try $0.digest.hexadecimal) }
    names = Dictionary(grouping: tasks.keys.sorted()) { tasks[$0]?.split ?? .train }
  }

  /// No tasks.
  static let empty = TaskSet()

  private init() { (entries, names) = ([:], [:]) }

  /// Whether there are none.
  var isEmpty: Bool { entries.isEmpty }

  /// The tasks, sorted by name.
  var tasks: [(name: String, task: FolderTask)] {
    entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value.task) }
  }

  /// Draws a task of a split, each as likely as any other; errors say that they come from `folder`.
  ///
  /// - Throws: A ``TaskFolderError`` where there is none.
  func scenario(
    in split: Split, of folder: String, using random: inout Randomness
  ) throws -> ShellTask {
    guard let name = names[split]?.randomElement(using: &random), let entry = entries[name] else {
      throw TaskFolderError(folder, .none(of: split))
    }
    return ShellTask(
      family: name, instruction: entry.task.instruction, clues: [:], files: [], facts: [],
      digest: entry.digest)
  }

  /// The task that a scenario names.
  ///
  /// - Throws: A `Failure` where it is not among these, or has changed.
  func task(of scenario: ShellTask) throws -> FolderTask {
    guard let entry = entries[scenario.family] else {
      throw Failure(
        .environment, code: "no-task",
        message: "There is no task '\(scenario.family)' here; the run that recorded it has it.")
    }
    guard entry.digest == scenario.digest else {
      throw Failure(
        .environment, code: "other-task",
        message: "The task '\(scenario.family)' is another than the one that was recorded: its "
          + "files or its instruction have changed since.")
    }
    return entry.task
  }
}

extension TaskSet: Codable {
  /// Reads tasks by name.
  init(from decoder: any Decoder) throws {
    try self.init(try decoder.singleValueContainer().decode([String: FolderTask].self))
  }

  /// Writes the tasks by name.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries.mapValues(\.task))
  }
}
