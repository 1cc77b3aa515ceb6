internal import Glibc
internal import TurnwiseCore

/// Reads a directory that an agent may have filled with anything.
///
/// Links are never followed, only regular files are read, and names, bytes and depth are counted as
/// they come. What a name stood for a moment ago decides nothing: a file is what was opened.
struct TreeReader {
  enum Trouble: Error {
    case tooLarge
    case failed(Errno)
  }

  private(set) var entries: [Workspace.Entry] = []
  /// What was looked at last, for messages.
  private(set) var place: [UInt8] = []
  private let before: [Workspace.Entry]
  private var bytes = 0
  private var buffer: [UInt8] = []
  private let limits: Sandbox.Limits
  private let opensAll: Bool

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - before: What was written there; files that still have these bytes share them.
  ///   - limits: How large the tree may be.
  ///   - opensAll: Whether the tree is our own, so that rights are taken where they are missing.
  init(_ before: [Workspace.Entry], _ limits: Sandbox.Limits, opensAll: Bool) {
    (self.before, self.limits, self.opensAll) = (before, limits, opensAll)
  }

  /// The entries in the order of a workspace.
  var sortedEntries: [Workspace.Entry] {
    entries.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
  }

  /// Reads a directory, of which nothing was read yet, and what is below it.
  mutating func read(_ directory: Descriptor, path: [UInt8], depth: Int) throws(Trouble) {
    guard depth <= limits.workspaceDepth else { throw .tooLarge }
    for name in try names(in: directory) {
      let path = path + (path.isEmpty ? [] : [UInt8(ascii: "/")]) + name.bytes.dropLast()
      place = path
      guard path.count < 4096, entries.count < limits.workspaceEntries else { throw .tooLarge }
      switch name.kind {
      case .file: try addFile(name, in: directory, Text(path))
      case .directory: try addDirectory(name, in: directory, Text(path), depth: depth)
      case .link:
        try count(Workspace.room(ofBytes: 1))
        add(Text(path), .symbolicLink(try target(name, in: directory)), 0o777)
      case .other: continue
      }
    }
  }

  /// Counts the room that an entry will need when it is written again.
  private mutating func count(_ room: Int) throws(Trouble) {
    guard room <= limits.workspaceBytes - bytes else { throw .tooLarge }
    bytes += room
  }

  private mutating func add(_ path: Text, _ kind: Workspace.Entry.Kind, _ mode: mode_t) {
    entries.append(
      Workspace.Entry(path: path, kind: kind, mode: UInt16(truncatingIfNeeded: mode)))
  }

  private mutating func addDirectory(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ path: Text, depth: Int
  ) throws(Trouble) {
    let (child, status) = try open(name, in: directory, O_DIRECTORY, needing: 0o700)
    add(path, .directory, status.st_mode)
    try read(child, path: path.bytes, depth: depth + 1)
  }

  private mutating func addFile(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ path: Text
  ) throws(Trouble) {
    let (file, status) = try open(name, in: directory, 0, needing: 0o400)
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed(Errno(ENXIO)) }
    // The size that is said, not the memory that is used: a file may be mostly holes.
    let size = Int(status.st_size)
    try count(Workspace.room(ofBytes: size))
    // One buffer for all files: most of them turn out to be what they were.
    if buffer.count < size { buffer = [UInt8](repeating: 0, count: max(size, 64 << 10)) }
    do throws(Errno) {
      guard try file.read(size, into: &buffer) == size else { throw Errno(EIO) }
      // Another name of the same file must find it as it was.
      if opensAll, status.st_mode & 0o400 == 0 {
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

  private func target(_ name: DirectoryListing.Name, in directory: Descriptor) throws(Trouble)
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

  /// Opens a name that is not a link, after giving its owner, us, the rights to.
  ///
  /// - Returns: What was opened, and what it was before that.
  private func open(
    _ name: DirectoryListing.Name, in directory: Descriptor, _ flags: Int32, needing mode: mode_t
  ) throws(Trouble) -> (Descriptor, stat) {
    var status = stat()
    do throws(Errno) {
      let file: Descriptor
      do throws(Errno) {
        file = try Kernel.open(beneath: directory, name.bytes.dropLast(), O_RDONLY | flags)
        try check(fstat(file.raw, &status))
      } catch {
        guard opensAll, error.code == EACCES else { throw error }
        try check(withPath(name.bytes) { fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) })
        guard status.st_mode & S_IFMT != S_IFLNK else { throw Errno(ELOOP) }
        try check(withPath(name.bytes) { fchmodat(directory.raw, $0, mode, 0) })
        let file = try Kernel.open(beneath: directory, name.bytes.dropLast(), O_RDONLY | flags)
        return (file, status)
      }
      // It can be read, but what is in it perhaps not.
      if opensAll, status.st_mode & mode != mode { try check(fchmod(file.raw, mode)) }
      return (file, status)
    } catch {
      throw .failed(error)
    }
  }

  private func names(in directory: Descriptor) throws(Trouble) -> [DirectoryListing.Name] {
    do throws(Errno) {
      // What is not kept counts too: a million pipes are no workspace.
      let listing = try DirectoryListing(directory, limit: limits.workspaceEntries)
      if let names = listing.names { return names }
    } catch {
      throw .failed(error)
    }
    throw .tooLarge
  }

  private func require(_ result: Int32) throws(Trouble) {
    if result < 0 { throw .failed(Errno(errno)) }
  }
}
