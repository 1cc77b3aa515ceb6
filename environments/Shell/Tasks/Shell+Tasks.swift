public import Foundation
public import TurnwiseCore
internal import TurnwiseSandbox

extension Shell: TaskFolderEnvironment {
  /// Plays the tasks of a folder; see <doc:ShellTasks>.
  ///
  /// - Throws: A ``TaskFolderError``.
  public func playing(tasksIn folder: URL) throws -> Shell {
    var shell = self
    var path = folder.relativePath
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    shell.tasksPath = path + "/"
    shell.tasks = try TaskFolder(path: path, turnLimit: turnLimit).read()
    return shell
  }

  /// The tasks that were read from a folder, sorted by name; none where tasks are generated.
  public var folderTasks: [(name: String, task: FolderTask)] { tasks.tasks }

  /// Runs each check once on the files as the agent finds them.
  ///
  /// - Throws: A ``TaskFolderError`` of the first task whose check cannot be used, or a `Failure`.
  func rehearseChecks() async throws {
    let (tasks, path) = (tasks.tasks, tasksPath)
    try await withThrowingTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
      for (index, entry) in tasks.enumerated() {
        group.addTask {
          let file = "\(path)\(entry.name)/\(FolderTask.checkName)"
          do {
            return (index, .success(try await TaskCheck(task: entry.task).rehearse(as: file)))
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
