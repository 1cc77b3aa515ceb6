public import Foundation
public import TurnwiseCore
internal import TurnwiseSandbox

extension Shell: TaskFolderEnvironment {
  /// What a task needs so that an expert can play it.
  public static var expertNeed: String { "a solution" }

  /// Returns an environment that plays the tasks of a folder; see <doc:ShellTasks>.
  ///
  /// - Throws: A ``TaskFileError``, or `Sandbox.ExposedPath` if agents could read the folder.
  public func playing(tasksIn folder: URL) throws -> Shell {
    try Sandbox.requireHidden(folder.typedPath)
    var shell = self
    shell.tasksFolder = folder.typedPath
    shell.tasks = try TaskFolder(path: folder.typedPath, turnLimit: turnLimit).read()
    return shell
  }

  /// The tasks of the folder, sorted by name; empty if tasks are generated.
  public var folderTasks: [(name: String, task: FolderTask)] { tasks.tasks }

  /// Checks the syntax of each solution, and runs each check once on the initial files.
  ///
  /// - Throws: A ``TaskFileError`` for the first task whose solution or check cannot be used, or a
  ///   `Failure`.
  func validateTasks() async throws {
    let (tasks, folder) = (tasks.tasks, tasksFolder)
    try await withThrowingTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
      for (index, entry) in tasks.enumerated() {
        group.addTask {
          do {
            let place = "\(folder)/\(entry.name)"
            try await SolutionSyntax(turns: entry.task.solution ?? []).check(in: place)
            return (index, .success(try await TaskCheck(task: entry.task).validate(in: place)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      var results: [Int: Result<Void, any Error>] = [:]
      for try await (index, result) in group { results[index] = result }
      for index in tasks.indices { try results[index]?.get() }
    }
  }
}
