internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// A folder of tasks.
///
/// Each task is a folder with these names:
///
///     task.json     what the agent is told, the turn limit, and the split
///     files/        what the agent finds
///     check         a program that ends with status 0 where the task is done
///     check-files/  what the check needs
///     solution      what an expert does, with an empty line between turns
///
/// Only `task.json` and `check` must be there. Names that begin with a dot are left out, but in
/// `files` and `check-files`; so are files beside the tasks.
struct TaskFolder {
  private static let (files, checkFiles, solution) = ("files", "check-files", "solution")
  private static let names = [
    TaskManifest.name, files, FolderTask.checkName, checkFiles, solution,
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
    if try HostTree.kind(of: "\(path)/\(TaskManifest.name)") != nil {
      throw TaskFolderError(path, .isTask)
    }
    var tasks: [String: FolderTask] = [:]
    var known: [FolderTask: String] = [:]
    for name in try HostTree.names(in: path)
    where try HostTree.kind(of: "\(path)/\(name)") == .folder {
      let task = try task("\(path)/\(name)")
      // Of two that are the same, one could be held out and the other learned by heart.
      var content = task
      content.split = .train
      if let other = known.updateValue(name, forKey: content) {
        throw TaskFolderError("\(path)/\(name)", .same(as: "\(path)/\(other)"))
      }
      tasks[name] = task
    }
    guard !tasks.isEmpty else { throw TaskFolderError(path, .noTasks) }
    return try TaskSet(tasks)
  }

  private func task(_ folder: String) throws(TaskFolderError) -> FolderTask {
    func place(_ name: String) -> String { "\(folder)/\(name)" }
    func need(_ name: String) throws(TaskFolderError) {
      switch try HostTree.kind(of: place(name)) {
      case .file: return
      case .folder: throw TaskFolderError(place(name), .notAFile)
      case nil: throw TaskFolderError(place(name), .missing)
      }
    }
    // The name that is missing may be one that is misspelled.
    if let unknown = try HostTree.names(in: folder).first(where: { !Self.names.contains($0) }) {
      throw TaskFolderError(place(unknown), .unknownName(known: Self.names))
    }
    try need(TaskManifest.name)
    let manifest = try TaskManifest(
      HostTree.read(place(TaskManifest.name), limit: 1 << 20).contents,
      of: place(TaskManifest.name))
    try need(FolderTask.checkName)
    var check = HostTree()
    try check.add(file: place(FolderTask.checkName), as: FolderTask.checkName)
    guard check.entries.allSatisfy({ $0.mode & 0o100 != 0 }) else {
      throw TaskFolderError(place(FolderTask.checkName), .notExecutable)
    }
    try add(Self.checkFiles, of: folder, to: &check, as: Self.checkFiles)
    var files = HostTree()
    try add(Self.files, of: folder, to: &files, as: nil)
    return FolderTask(
      instruction: manifest.instruction, turnLimit: manifest.turnLimit, split: manifest.split,
      files: try files.workspace(of: place(Self.files)),
      check: try check.workspace(of: place(Self.checkFiles)),
      solution: try solution(place(Self.solution), limit: manifest.turnLimit ?? turnLimit))
  }

  private func add(
    _ name: String, of folder: String, to tree: inout HostTree, as directory: String?
  ) throws(TaskFolderError) {
    let path = "\(folder)/\(name)"
    switch try HostTree.kind(of: path) {
    case .folder: try tree.add(folder: path, in: directory)
    case .file: throw TaskFolderError(path, .notAFolder)
    case nil: return
    }
  }

  private func solution(_ path: String, limit: Int) throws(TaskFolderError) -> [String]? {
    guard let kind = try HostTree.kind(of: path) else { return nil }
    guard kind == .file else { throw TaskFolderError(path, .notAFile) }
    let bytes = try HostTree.read(path, limit: 1 << 20).contents
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TaskFolderError(path, .unsafe("is not UTF-8"))
    }
    let turns = TaskSolution.turns(of: text)
    guard !turns.isEmpty else { throw TaskFolderError(path, .noTurns) }
    let count = TaskSolution(turns).steps.count
    guard count <= limit else { throw TaskFolderError(path, .tooManyTurns(count, limit: limit)) }
    return turns
  }
}
