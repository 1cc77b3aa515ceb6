internal import Glibc
internal import TurnwiseCore

/// Reads a directory that an agent may have filled with anything.
///
/// It never follows links, opens only regular files, and counts names, bytes and depth while it reads.
/// The kind that a name had earlier decides nothing; what was opened does.
struct TreeReader {
  /// Why a directory cannot be read.
  enum Failure: Error {
    case tooLarge
    case failed(Errno)
  }
  private(set) var entries: [Workspace.Entry] = []
  /// The path that was read last, for messages.
  private(set) var path: [UInt8] = []
  private let before: [Workspace.Entry]
  private var bytes = 0
  private var buffer: [UInt8] = []
  private let limits: Sandbox.Limits
  private let grantsPermissions: Bool

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - before: What was written there; files that still have these bytes share them.
  ///   - limits: How large the directory may be.
  ///   - grantsPermissions: Whether the directory is the host's own, so that missing permissions are
  ///     granted.
  init(_ before: [Workspace.Entry], _ limits: Sandbox.Limits, grantsPermissions: Bool) {
    (self.before, self.limits) = (before, limits)
    self.grantsPermissions = grantsPermissions
  }

  /// The entries in the order of a workspace.
  var sortedEntries: [Workspace.Entry] { entries.sortedByPath() }

  /// Reads a directory from its current position, and all directories below it.
  mutating func read(_ directory: Descriptor, path: [UInt8], depth: Int) throws(Failure) {
    guard depth <= limits.workspaceDepth else { throw .tooLarge }
    for name in try names(in: directory) {
      let path = path + (path.isEmpty ? [] : [UInt8(ascii: "/")]) + name.bytes.dropLast()
      self.path = path
      guard path.count < 4096, entries.count < limits.workspaceEntries else { throw .tooLarge }
      switch name.kind {
      case .file: try addFile(name, in: directory, Text(path))
      case .directory: try addDirectory(name, in: directory, Text(path), depth: depth)
      case .link:
        try count(Workspace.Entry.allocatedBytes(forBytes: 1))
        add(Text(path), .symbolicLink(try target(name, in: directory)), 0o777)
      case .other: continue
      }
    }
  }

  /// Counts the bytes that an entry will take when it is written again.
  private mutating func count(_ allocated: Int) throws(Failure) {
    guard allocated <= limits.workspaceBytes - bytes else { throw .tooLarge }
    bytes += allocated
  }

  private mutating func add(_ path: Text, _ kind: Workspace.Entry.Kind, _ mode: mode_t) {
    entries.append(
      Workspace.Entry(path: path, kind: kind, mode: UInt16(truncatingIfNeeded: mode)))
  }

  private mutating func addDirectory(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ path: Text, depth: Int
  ) throws(Failure) {
    let (child, status) = try open(name, in: directory, O_DIRECTORY, needing: 0o700)
    add(path, .directory, status.st_mode)
    try read(child, path: path.bytes, depth: depth + 1)
  }

  private mutating func addFile(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ path: Text
  ) throws(Failure) {
    let (file, status) = try open(name, in: directory, 0, needing: 0o400)
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed(Errno(ENXIO)) }
    // The length of the file, not the memory in use: a file may consist of holes.
    let size = Int(status.st_size)
    try count(Workspace.Entry.allocatedBytes(forBytes: size))
    // One buffer for all files, because most files turn out to be unchanged.
    if buffer.count < size { buffer = [UInt8](repeating: 0, count: max(size, 64 << 10)) }
    do throws(Errno) {
      guard try file.read(size, into: &buffer) == size else { throw Errno(EIO) }
      // Another name of the same file must find the permissions that it had.
      if grantsPermissions, status.st_mode & 0o400 == 0 {
        try check(fchmod(file.raw, status.st_mode & 0o7777))
      }
    } catch {
      throw .failed(error)
    }
    if let blob = before.entry(path)?.blob, blob.bytes.count == size,
      size == 0 || memcmp(blob.bytes, buffer, size) == 0
    {
      return add(path, .file(blob), status.st_mode)
    }
    add(path, .file(Blob(Array(buffer[..<size]))), status.st_mode)
  }

  private func target(_ name: DirectoryListing.Name, in directory: Descriptor) throws(Failure)
    -> Text
  {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = withPath(name.bytes) { name in
      buffer.withUnsafeMutableBytes { buffer in
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          buffer.baseAddress.map { readlinkat(directory.raw, name, $0, buffer.count) } ?? -1
        }
      }
    }
    try require(Int32(truncatingIfNeeded: count))
    return Text(buffer[..<count])
  }

  /// Opens a name that is not a link, after granting its owner, who is this process, the permissions.
  ///
  /// - Returns: The open file, and its status before that.
  private func open(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ flags: Int32, needing mode: mode_t
  ) throws(Failure) -> (Descriptor, stat) {
    var status = stat()
    do throws(Errno) {
      let file: Descriptor
      do throws(Errno) {
        file = try Kernel.open(beneath: directory, name.bytes.dropLast(), O_RDONLY | flags)
        try check(fstat(file.raw, &status))
      } catch {
        guard grantsPermissions, error.code == EACCES else { throw error }
        try check(withPath(name.bytes) { fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) })
        guard status.st_mode & S_IFMT != S_IFLNK else { throw Errno(ELOOP) }
        try check(withPath(name.bytes) { fchmodat(directory.raw, $0, mode, 0) })
        let file = try Kernel.open(beneath: directory, name.bytes.dropLast(), O_RDONLY | flags)
        return (file, status)
      }
      // The directory itself can be opened, but its contents perhaps not.
      if grantsPermissions, status.st_mode & mode != mode { try check(fchmod(file.raw, mode)) }
      return (file, status)
    } catch {
      throw .failed(error)
    }
  }

  private func names(in directory: Descriptor) throws(Failure) -> [DirectoryListing.Name] {
    do throws(Errno) {
      // Names that are not kept count too: a directory of a million pipes is not a workspace.
      let listing = try DirectoryListing(directory, limit: limits.workspaceEntries)
      if let names = listing.names { return names }
    } catch {
      throw .failed(error)
    }
    throw .tooLarge
  }

  private func require(_ result: Int32) throws(Failure) {
    if result < 0 { throw .failed(Errno(errno)) }
  }
}
