internal import Glibc
public import TurnwiseCore

/// A folder of the host whose contents are not trusted, such as one that an agent has worked in.
///
/// The kernel resolves every path below the folder (`openat2` with `RESOLVE_BENEATH`,
/// `RESOLVE_NO_SYMLINKS` and `RESOLVE_NO_MAGICLINKS`). So no name and no link leads to another file of
/// the host, not even a link that replaces a file meanwhile.
///
///     let start = try HostFolder("tasks/parser/files").workspace()
///     try HostFolder("out").write(result.workspace)
public struct HostFolder: Sendable {
  private let root: Descriptor

  /// Opens a folder.
  ///
  /// - Parameter path: The path of the folder. It may be a link, because the caller chooses it and
  ///   not an agent.
  /// - Throws: ``FileError`` if there is no such folder, or ``FileError/refused(_:)`` if paths below it
  ///   could not be opened safely.
  public init(_ path: String) throws(FileError) {
    do {
      root = try Descriptor(opening: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    } catch {
      throw FileError(error, at: Text(path))
    }
    if let refusal = RequiredCalls.refusal { throw .refused(refusal) }
  }

  /// Reads all files, directories and links.
  ///
  /// - Parameters:
  ///   - before: An earlier workspace of the folder; files that did not change share its bytes.
  ///   - limits: How large the workspace may be.
  /// - Returns: The workspace, with the initial state of a shell.
  /// - Throws: ``FileError`` if it is larger, or something cannot be read.
  public func workspace(
    after before: Workspace = .empty, limits: Sandbox.Limits = Sandbox.Limits()
  ) throws(FileError) -> Workspace {
    var reader = TreeReader(before.entries, limits, grantsPermissions: false)
    let root = try naming(".") { try self.root.reopened() }
    do {
      try reader.read(root, path: [], depth: 0)
    } catch {
      let place = Text(reader.path)
      switch error {
      case .tooLarge: throw .tooMany(place)
      case .failed(let error): throw FileError(error, at: place)
      }
    }
    return Workspace(trusting: reader.sortedEntries, shell: .initial)
  }

  /// Writes the entries of a workspace, without those under `/tmp`, into the folder.
  ///
  /// - Throws: ``FileError`` if a name exists already or cannot be created.
  public func write(_ workspace: Workspace) throws(FileError) {
    var writer = TreeWriter(to: root)
    try naming(".") { try writer.write(workspace.entries) }
  }

  /// Deletes everything in the folder, but nothing that links in it refer to.
  ///
  /// - Throws: ``FileError`` if something cannot be deleted.
  public func clear() throws(FileError) {
    try naming(".") {
      try Self.clear(root.reopened(), depth: Sandbox.Limits().workspaceDepth)
    }
  }

  private static func clear(_ directory: Descriptor, depth: Int) throws(Errno) {
    guard depth >= 0 else { throw Errno(ENAMETOOLONG) }
    for name in try DirectoryListing(directory, limit: .max).names ?? [] {
      if name.kind == .directory {
        let child = try Kernel.open(
          beneath: directory, name.bytes.dropLast(), O_RDONLY | O_DIRECTORY)
        try clear(child, depth: depth - 1)
      }
      let flags = name.kind == .directory ? AT_REMOVEDIR : 0
      try check(withPath(name.bytes) { unlinkat(directory.raw, $0, flags) })
    }
  }

  /// Reads a regular file.
  ///
  /// - Parameters:
  ///   - path: A path in the folder, by the rules of ``Workspace/canonical(_:)``.
  ///   - limit: The number of bytes that the file may have.
  /// - Returns: Its bytes.
  /// - Throws: ``FileError`` if the path is not a file, or leads through something other than
  ///   directories.
  public func read(_ path: Text, limit: Int = 32 << 20) throws(FileError) -> Text {
    let path = try Workspace.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    return try naming(path) {
      let file = try Kernel.open(beneath: root, path.bytes, O_RDONLY)
      let size = try Self.size(of: file, at: path)
      guard size <= limit else { throw FileError.tooLarge(path, bytes: size, limit: limit) }
      var buffer = [UInt8](repeating: 0, count: size)
      let count = try file.read(size, into: &buffer)
      return Text(buffer[..<count])
    }
  }

  /// Writes a file: afterwards it has either all of its new bytes or all of its old ones.
  ///
  /// - Parameters:
  ///   - contents: The new bytes.
  ///   - path: A path in the folder. Missing directories are created.
  /// - Throws: ``FileError`` if the path is not a file, or leads through something other than
  ///   directories.
  public func write(_ contents: Text, to path: Text) throws(FileError) {
    let path = try Workspace.canonical(path)
    if path.isEmpty { throw .isDirectory(path) }
    try naming(path) { try replace(path, by: contents.bytes) }
  }

  /// Adds the path to errors of the system.
  private func naming<Value>(
    _ path: Text, _ body: () throws -> Value
  ) throws(FileError) -> Value {
    do {
      return try body()
    } catch let error as Errno {
      throw FileError(error, at: path)
    } catch let error as FileError {
      throw error
    } catch {
      mistake("Only errors of the system and of files are thrown here.")
    }
  }

  private func replace(_ path: Text, by bytes: [UInt8]) throws {
    var names = path.bytes.split(separator: UInt8(ascii: "/")).map { Array($0) + [0] }
    let last = names.removeLast()
    var directory = root
    for name in names {
      if withPath(name, { mkdirat(directory.raw, $0, 0o755) }) < 0, errno != EEXIST {
        throw Errno(errno)
      }
      directory = try Kernel.open(
        beneath: directory, name.dropLast(), O_RDONLY | O_DIRECTORY)
    }
    var status = stat()
    var mode: mode_t = 0o644
    if withPath(last, { fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 {
      try Self.requireFile(status, at: path)
      mode = status.st_mode & 0o777
      guard mode & 0o200 != 0 else { throw FileError.notAllowed(path) }
    }
    let temporary = Array(".turnwise-\(UInt64.random(in: .min ... .max))".utf8)
    let file = try Kernel.open(
      beneath: directory, temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    do throws(Errno) {
      try file.write(bytes)
      try check(fchmod(file.raw, mode))
      try check(
        withPath(temporary + [0]) { from in
          withPath(last) { renameat(directory.raw, from, directory.raw, $0) }
        })
    } catch {
      _ = withPath(temporary + [0]) { unlinkat(directory.raw, $0, 0) }
      throw error
    }
  }

  private static func size(of file: Descriptor, at path: Text) throws -> Int {
    var status = stat()
    try check(fstat(file.raw, &status))
    try requireFile(status, at: path)
    return Int(status.st_size)
  }

  private static func requireFile(_ status: stat, at path: Text) throws(FileError) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw .isDirectory(path)
    case S_IFLNK: throw .isLink(path)
    default: throw .isSpecial(path)
    }
  }
}
