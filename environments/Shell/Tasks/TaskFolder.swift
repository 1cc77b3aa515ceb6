internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// A folder of tasks.
///
/// Each task is a folder with these names:
///
///     task.json     what the agent is told, the turn limit, and the split
///     files/        what the agent finds
///     run           a program that starts what the agent has made
///     check         a program that ends with status 0 where the task is done
///     check-files/  what the check needs
///     solution      what an expert does, with a blank line between turns
///
/// Only `task.json` and `check` must be there. Names that begin with a dot are left out, but in
/// `files` and `check-files`; so are files beside the tasks.
struct TaskFolder {
  private static let (files, checkFiles) = ("files", "check-files")
  static let solution = "solution"
  private static let names = [
    TaskManifest.name, files, FolderTask.runName, FolderTask.checkName, checkFiles, solution,
  ]

  /// The folder, as messages name it.
  let path: String
  /// The limit of tasks that say none.
  let turnLimit: Int

  /// Reads all tasks.
  func read() throws -> TaskSet {
    guard FileManager.default.fileExists(atPath: path + "/.") else {
      throw TaskFolderError(path, .noFolder)
    }
    if try TaskFiles.kind(of: "\(path)/\(TaskManifest.name)") != nil {
      throw TaskFolderError(path, .isTask)
    }
    var tasks: [String: FolderTask] = [:]
    var known: [FolderTask: String] = [:]
    for name in try TaskFiles.names(in: path)
    where try TaskFiles.kind(of: "\(path)/\(name)") == .folder {
      let task = try task(TaskFiles("\(path)/\(name)"))
      // Of two that are the same, one could be held out and the other learned by heart.
      if let other = known.updateValue(name, forKey: task.question) {
        throw TaskFolderError("\(path)/\(name)", .same(as: "\(path)/\(other)"))
      }
      tasks[name] = task
    }
    guard !tasks.isEmpty else { throw TaskFolderError(path, .noTasks) }
    return try TaskSet(tasks)
  }

  private func task(_ folder: TaskFiles) throws(TaskFolderError) -> FolderTask {
    // The name that is missing may be one that is misspelled.
    if let unknown = try TaskFiles.names(in: folder.path).first(where: { !Self.names.contains($0) })
    {
      throw TaskFolderError(folder.place(unknown), .unknownName(known: Self.names))
    }
    guard let text = try folder.text(TaskManifest.name) else {
      throw TaskFolderError(folder.place(TaskManifest.name), .missing)
    }
    let manifest = try TaskManifest(text, of: folder.place(TaskManifest.name))
    guard let check = try folder.program(FolderTask.checkName) else {
      throw TaskFolderError(folder.place(FolderTask.checkName), .missing)
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
  ) throws(TaskFolderError) -> [String]? {
    guard let bytes = try folder.text(Self.solution) else { return nil }
    let path = folder.place(Self.solution)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TaskFolderError(path, .unsafe("is not UTF-8"))
    }
    let turns: [String]
    do throws(SolutionReader.Problem) {
      turns = try SolutionReader.turns(of: text).map(\.text)
    } catch {
      throw TaskFolderError(path, line: error.line, .badSolution(error.reason))
    }
    guard !turns.isEmpty else { throw TaskFolderError(path, .noTurns) }
    let count = TaskSolution(turns).steps.count
    guard count <= limit else { throw TaskFolderError(path, .tooManyTurns(count, limit: limit)) }
    return turns
  }
}
