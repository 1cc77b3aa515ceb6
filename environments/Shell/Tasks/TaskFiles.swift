internal import Foundation
internal import TurnwiseCore
internal import TurnwiseSandbox

/// The files of one task on the host.
///
/// Links are refused and not followed. So a task contains nothing but what is in its folder, and
/// agents see nothing else of the machine.
struct TaskFiles {
  /// The path of the task, as messages show it.
  let path: String
  private let folder: HostFolder

  /// What is at a path.
  enum Kind { case file, folder }

  /// Half the limits of a workspace, so that an agent can add as much again.
  private static let limits: Sandbox.Limits = {
    var limits = Sandbox.Limits()
    limits.workspaceBytes /= 2
    limits.workspaceEntries /= 2
    limits.workspaceDepth /= 2
    return limits
  }()
  /// The size limit of files other than the agent's data, in bytes.
  private static let textLimit = 1 << 20

  /// Opens the folder of a task.
  init(_ path: String) throws(TaskFileError) {
    self.path = path
    do { folder = try HostFolder(path) } catch { throw TaskFileError(path, error) }
  }

  /// The names in a folder in the order of their bytes, except those that begin with a dot.
  static func names(in folder: String) throws(TaskFileError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw TaskFileError(folder, .unreadable(error.localizedDescription))
    }
  }

  /// What is at a path; nil if nothing is.
  static func kind(of path: String) throws(TaskFileError) -> Kind? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      let code = errno
      if code == ENOENT { return nil }
      throw TaskFileError(path, .unreadable(String(cString: strerror(code))))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: throw TaskFileError(path, .link)
    default: throw TaskFileError(path, .special)
    }
  }

  /// The path of a name in the folder, as errors show it.
  func place(_ name: String) -> String { "\(path)/\(name)" }

  /// The bytes of a file; nil if it does not exist.
  func text(_ name: String) throws(TaskFileError) -> [UInt8]? {
    do {
      return try folder.read(Text(name), limit: Self.textLimit).bytes
    } catch {
      if case .missing = error { return nil }
      throw TaskFileError(place(name), error)
    }
  }

  /// A program; nil if it does not exist.
  func program(_ name: String) throws(TaskFileError) -> Workspace? {
    guard let bytes = try text(name) else { return nil }
    guard FileManager.default.isExecutableFile(atPath: place(name)) else {
      throw TaskFileError(place(name), .notExecutable(place(name)))
    }
    // The system would look for an interpreter whose name ends with a carriage return.
    if bytes.starts(with: "#!".utf8), bytes.prefix(while: { $0 != 0x0A }).last == 0x0D {
      throw TaskFileError(place(name), .carriageReturns(place(name)))
    }
    return try workspace(
      [Workspace.Entry(path: Text(name), kind: .file(Blob(bytes)), mode: 0o755)], of: name)
  }

  /// The contents of a folder; empty if it does not exist.
  ///
  /// - Parameters:
  ///   - name: The folder.
  ///   - directory: The directory that gets the contents; nil for the top.
  /// - Returns: The files, with permissions that do not depend on who copied the folder.
  /// - Throws: A ``TaskFileError`` for anything that cannot be part of a task.
  func tree(_ name: String, in directory: String? = nil) throws(TaskFileError) -> Workspace {
    switch try Self.kind(of: place(name)) {
    case .file: throw TaskFileError(place(name), .notAFolder)
    case nil: return .empty
    case .folder: break
    }
    let tree: Workspace
    do {
      tree = try HostFolder(place(name)).workspace(limits: Self.limits)
    } catch {
      if case .tooMany(let at) = error {
        throw TaskFileError(place(name) + "/" + at.string, .tooMuch(Self.limits))
      }
      throw TaskFileError(place(name), error)
    }
    var entries: [Workspace.Entry] = []
    if let directory {
      entries.append(Workspace.Entry(path: Text(directory), kind: .directory, mode: 0o755))
    }
    for entry in tree.entries {
      if case .symbolicLink = entry.kind {
        throw TaskFileError(place(name) + "/" + entry.path.string, .link)
      }
      // The other permission bits depend on who copied the folder.
      let isOpen = entry.kind == .directory || entry.mode & 0o100 != 0
      let path = (directory.map { Array($0.utf8) + [UInt8(ascii: "/")] } ?? []) + entry.path.bytes
      entries.append(
        Workspace.Entry(path: Text(path), kind: entry.kind, mode: isOpen ? 0o755 : 0o644))
    }
    return try workspace(entries, of: name)
  }

  /// A workspace of entries; `name` is the file that errors show.
  func workspace(
    _ entries: [Workspace.Entry], of name: String
  ) throws(TaskFileError) -> Workspace {
    do {
      return try Workspace(entries: entries)
    } catch {
      throw TaskFileError(place(name), .unsafe(error.description))
    }
  }
}

extension TaskFileError {
  /// Creates the error for a file that could not be read.
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
