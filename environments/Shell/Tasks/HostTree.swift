internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// Reads files of the host that a task is made of.
///
/// Links are refused, not followed: what a task holds is what is in its folder, and nothing else of
/// the machine comes before an agent.
struct HostTree {
  /// What has been read.
  private(set) var entries: [Workspace.Entry] = []
  private var bytes = 0
  /// An agent must have room for as much again.
  private let limits: (bytes: Int, entries: Int, depth: Int) = {
    let limits = Sandbox.Limits()
    return (limits.workspaceBytes / 2, limits.workspaceEntries / 2, limits.workspaceDepth / 2)
  }()

  /// What a path leads to.
  enum Kind { case file, folder }

  /// The names in a folder in the order of their bytes, but those that begin with a dot.
  static func names(in folder: String) throws(TaskFolderError) -> [String] {
    try allNames(in: folder).filter { !$0.hasPrefix(".") }
  }

  private static func allNames(in folder: String) throws(TaskFolderError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }
    } catch {
      throw TaskFolderError(folder, .unreadable(error.localizedDescription))
    }
  }

  /// What is at a path; nil where nothing is.
  static func kind(of path: String) throws(TaskFolderError) -> Kind? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT { return nil }
      throw TaskFolderError(path, .unreadable(String(cString: strerror(code))))
    }
    return try kind(status, of: path)
  }

  private static func kind(_ status: stat, of path: String) throws(TaskFolderError) -> Kind {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: throw TaskFolderError(path, .link)
    default: throw TaskFolderError(path, .special)
    }
  }

  /// Adds the file at `path` under another name.
  mutating func add(file path: String, as name: String) throws(TaskFolderError) {
    let (contents, isExecutable) = try Self.read(path, limit: limits.bytes, counting: bytes)
    bytes += contents.count
    // Which of the other bits are set depends on who copied the folder.
    try add(
      Workspace.Entry(
        path: Text(name), kind: .file(Blob(contents)), mode: isExecutable ? 0o755 : 0o644),
      from: path)
  }

  /// Adds what is in a folder, inside a directory or at the top.
  mutating func add(folder path: String, in directory: String? = nil) throws(TaskFolderError) {
    if let directory {
      try add(Workspace.Entry(path: Text(directory), kind: .directory, mode: 0o755), from: path)
    }
    for name in try Self.allNames(in: path) {
      let (place, entry) = ("\(path)/\(name)", (directory.map { $0 + "/" } ?? "") + name)
      switch try Self.kind(of: place) {
      case .file: try add(file: place, as: entry)
      case .folder: try add(folder: place, in: entry)
      // Foundation repairs what is not UTF-8, and nothing has the repaired name.
      case nil: throw TaskFolderError(place, .unsafe("is gone, or its name is not UTF-8"))
      }
    }
  }

  private mutating func add(_ entry: Workspace.Entry, from path: String) throws(TaskFolderError) {
    guard entries.count < limits.entries else {
      throw TaskFolderError(path, .tooMany(limit: limits.entries))
    }
    guard entry.path.bytes.count(where: { $0 == UInt8(ascii: "/") }) < limits.depth else {
      throw TaskFolderError(path, .tooDeep(limit: limits.depth))
    }
    entries.append(entry)
  }

  /// What was read, as a workspace; `path` names it in errors.
  func workspace(of path: String) throws(TaskFolderError) -> Workspace {
    do {
      return try Workspace(entries: entries)
    } catch {
      throw TaskFolderError(path, .unsafe(error.description))
    }
  }

  /// Reads a file of at most `limit` bytes less those that were read before.
  static func read(
    _ path: String, limit: Int, counting before: Int = 0
  ) throws(TaskFolderError) -> (contents: [UInt8], isExecutable: Bool) {
    // A pipe would wait for its other end, and a link may have come since somebody looked.
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      let code = errno
      throw TaskFolderError(
        path, code == ELOOP ? .link : .unreadable(String(cString: strerror(code))))
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw TaskFolderError(path, .unreadable(String(cString: strerror(errno))))
    }
    guard try kind(status, of: path) == .file else { throw TaskFolderError(path, .notAFile) }
    let size = Int(status.st_size)
    guard before + size <= limit else {
      throw TaskFolderError(path, .tooLarge(bytes: before + size, limit: limit))
    }
    do {
      let contents = try file.read(upToCount: limit - before) ?? Data()
      return (Array(contents), status.st_mode & 0o100 != 0)
    } catch {
      throw TaskFolderError(path, .unreadable(error.localizedDescription))
    }
  }
}
