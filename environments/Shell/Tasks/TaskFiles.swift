internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// The files of one task on the host.
///
/// Links are refused, not followed: what a task holds is what is in its folder, and nothing else of
/// the machine comes before an agent.
struct TaskFiles {
  /// The folder of the task, as messages name it.
  let path: String
  private let folder: HostFolder

  /// What a path leads to.
  enum Kind { case file, folder }

  /// An agent must have room for as much again.
  private static let limits: Sandbox.Limits = {
    var limits = Sandbox.Limits()
    limits.workspaceBytes /= 2
    limits.workspaceEntries /= 2
    limits.workspaceDepth /= 2
    return limits
  }()
  /// The bytes of a file that is no data of the agent's.
  private static let textLimit = 1 << 20

  /// Opens the folder of a task.
  init(_ path: String) throws(TaskFolderError) {
    self.path = path
    do { folder = try HostFolder(path) } catch { throw TaskFolderError(path, error) }
  }

  /// The names in a folder in the order of their bytes, but those that begin with a dot.
  static func names(in folder: String) throws(TaskFolderError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
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
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: throw TaskFolderError(path, .link)
    default: throw TaskFolderError(path, .special)
    }
  }

  /// What errors call a name in the folder.
  func place(_ name: String) -> String { "\(path)/\(name)" }

  /// The bytes of a file; nil where there is none.
  func text(_ name: String) throws(TaskFolderError) -> [UInt8]? {
    do {
      return try folder.read(Text(name), limit: Self.textLimit).bytes
    } catch {
      if case .missing = error { return nil }
      throw TaskFolderError(place(name), error)
    }
  }

  /// A program; nil where there is none.
  func program(_ name: String) throws(TaskFolderError) -> Workspace? {
    guard let bytes = try text(name) else { return nil }
    guard FileManager.default.isExecutableFile(atPath: place(name)) else {
      throw TaskFolderError(place(name), .notExecutable)
    }
    // The system would look for an interpreter whose name ends with a carriage return.
    if bytes.starts(with: "#!".utf8), bytes.prefix(while: { $0 != 0x0A }).last == 0x0D {
      throw TaskFolderError(place(name), .carriageReturns)
    }
    return try workspace(
      [Workspace.Entry(path: Text(name), kind: .file(Blob(bytes)), mode: 0o755)], of: name)
  }

  /// What is in a folder; nothing where there is none.
  ///
  /// - Parameters:
  ///   - name: The folder.
  ///   - directory: Where its content is put; nil is the top.
  /// - Returns: The files, with permissions that do not depend on who copied the folder.
  /// - Throws: What cannot be a part of a task.
  func tree(_ name: String, in directory: String? = nil) throws(TaskFolderError) -> Workspace {
    switch try Self.kind(of: place(name)) {
    case .file: throw TaskFolderError(place(name), .notAFolder)
    case nil: return .empty
    case .folder: break
    }
    let tree: Workspace
    do {
      tree = try HostFolder(place(name)).workspace(limits: Self.limits)
    } catch {
      if case .tooMany(let at) = error {
        throw TaskFolderError(place(name) + "/" + at.string, .tooMuch(Self.limits))
      }
      throw TaskFolderError(place(name), error)
    }
    var entries: [Workspace.Entry] = []
    if let directory {
      entries.append(Workspace.Entry(path: Text(directory), kind: .directory, mode: 0o755))
    }
    for entry in tree.entries {
      if case .symbolicLink = entry.kind {
        throw TaskFolderError(place(name) + "/" + entry.path.string, .link)
      }
      // Which of the other bits are set depends on who copied the folder.
      let isOpen = entry.kind == .directory || entry.mode & 0o100 != 0
      let path = (directory.map { Array($0.utf8) + [UInt8(ascii: "/")] } ?? []) + entry.path.bytes
      entries.append(
        Workspace.Entry(path: Text(path), kind: entry.kind, mode: isOpen ? 0o755 : 0o644))
    }
    return try workspace(entries, of: name)
  }

  /// Entries as a workspace; `name` is where an error is said to be.
  func workspace(
    _ entries: [Workspace.Entry], of name: String
  ) throws(TaskFolderError) -> Workspace {
    do {
      return try Workspace(entries: entries)
    } catch {
      throw TaskFolderError(place(name), .unsafe(error.description))
    }
  }
}

extension TaskFolderError {
  /// What reading a file came to.
  fileprivate init(_ file: String, _ error: FileError) {
    let problem: Problem =
      switch error {
      case .isDirectory: .notAFile
      case .isLink: .link
      case .isSpecial: .special
      case .tooLarge(_, let bytes, let limit): .tooLarge(bytes: bytes, limit: limit)
      default: .unreadable("\(error)")
      }
    self.init(file, problem)
  }
}
