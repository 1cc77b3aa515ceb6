internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// A folder of tasks.
///
/// Each task is a folder with these names:
///
///     task.json     what the agent is told, the turn limit, and the split
///     files/        the files that the agent finds
///     run           a program that starts what the agent has made
///     check         a program that exits with status 0 if the task is done
///     check-files/  the files that the check needs
///     solution      what an expert does, with a blank line between turns
///
/// Only `task.json` and `check` are required. Names that begin with a dot are ignored, except in
/// `files` and `check-files`, and so are files beside the tasks.
struct TaskFolder {
  private static let (files, checkFiles) = ("files", "check-files")
  static let solution = "solution"
  private static let names = [
    TaskManifest.name, files, FolderTask.runName, FolderTask.checkName, checkFiles, solution,
  ]

  /// The path of the folder, as messages show it.
  let path: String
  /// The turn limit of tasks that have none.
  let turnLimit: Int

  /// Reads all tasks.
  func read() throws -> TaskSet {
    guard FileManager.default.fileExists(atPath: path + "/.") else {
      throw TaskFileError(path, .noFolder(expected: Self.layout))
    }
    if try TaskFiles.kind(of: "\(path)/\(TaskManifest.name)") != nil {
      throw TaskFileError(path, .isTask)
    }
    var tasks: [String: FolderTask] = [:]
    var known: [FolderTask: String] = [:]
    for name in try TaskFiles.names(in: path)
    where try TaskFiles.kind(of: "\(path)/\(name)") == .folder {
      let task = try task(TaskFiles("\(path)/\(name)"))
      // If two tasks are the same, one could be held out and the other be learned by heart.
      if let other = known.updateValue(name, forKey: task.question) {
        throw TaskFileError("\(path)/\(name)", .same(as: "\(path)/\(other)"))
      }
      tasks[name] = task
    }
    guard !tasks.isEmpty else { throw TaskFileError(path, .noTasks(expected: Self.layout)) }
    return try TaskSet(tasks)
  }

  /// What `--tasks` expects.
  private static let layout =
    "a folder of tasks, each of which is a folder with task.json, check and files/"

  private func task(_ folder: TaskFiles) throws(TaskFileError) -> FolderTask {
    // Checked first, because a required name that is missing may be misspelled.
    if let unknown = try TaskFiles.names(in: folder.path).first(where: { !Self.names.contains($0) })
    {
      throw TaskFileError(folder.place(unknown), .unknownName(unknown, known: Self.names))
    }
    guard let text = try folder.text(TaskManifest.name) else {
      throw TaskFileError(
        folder.place(TaskManifest.name),
        .missing(#"write one: {"instruction": "what the agent is told"}"#))
    }
    let manifest = try TaskManifest(text, of: folder.place(TaskManifest.name))
    guard let check = try folder.program(FolderTask.checkName) else {
      throw TaskFileError(
        folder.place(FolderTask.checkName),
        .missing("write a program that exits with status 0 if the task is done, and chmod +x it"))
    }
    let checkFiles = try folder.tree(Self.checkFiles, in: Self.checkFiles)
    return FolderTask(
      instruction: manifest.instruction, turnLimit: manifest.turnLimit, split: manifest.split,
      files: try folder.tree(Self.files), run: try folder.program(FolderTask.runName),
      check: try folder.workspace(check.entries + checkFiles.entries, of: Self.checkFiles),
      solution: try solution(of: folder, limit: manifest.turnLimit ?? turnLimit))
  }

  private func solution(
    of folder: TaskFiles, limit: Int
  ) throws(TaskFileError) -> [String]? {
    guard let bytes = try folder.text(Self.solution) else { return nil }
    let path = folder.place(Self.solution)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TaskFileError(path, .unsafe("is not UTF-8"))
    }
    let turns: [String]
    do throws(SolutionReader.Problem) {
      turns = try SolutionReader.turns(of: text).map(\.text)
    } catch {
      throw TaskFileError(path, line: error.line, .badSolution(error.reason))
    }
    guard !turns.isEmpty else { throw TaskFileError(path, .noTurns) }
    let count = TaskSolution(turns).steps.count
    guard count <= limit else { throw TaskFileError(path, .tooManyTurns(count, limit: limit)) }
    return turns
  }
}
