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
  private var known: [Text: Blob] = [:]
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
  init(_ before: Workspace, _ limits: Sandbox.Limits, opensAll: Bool) {
    for entry in before.entries { known[entry.path] = entry.blob }
    (self.limits, self.opensAll) = (limits, opensAll)
  }

  /// The entries in the order of a workspace.
  var sortedEntries: [Workspace.Entry] {
    entries.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
  }

  /// Reads a directory and what is below it.
  mutating func read(_ directory: Descriptor, path: [UInt8], depth: Int) throws(Trouble) {
    guard depth <= limits.workspaceDepth else { throw .tooLarge }
    for name in try names(in: directory) {
      var status = stat()
      try require(withPath(name) { fstatat(directory.raw, $0, &status, AT_SYMLINK_NOFOLLOW) })
      let path = path + (path.isEmpty ? [] : [UInt8(ascii: "/")]) + name.dropLast()
      place = path
      guard path.count < 4096, entries.count < limits.workspaceEntries else { throw .tooLarge }
      let kind: Workspace.Entry.Kind
      switch status.st_mode & S_IFMT {
      case S_IFREG: kind = .file(try file(name, status, in: directory, path: Text(path)))
      case S_IFLNK: kind = .symbolicLink(try target(name, in: directory))
      case S_IFDIR: kind = .directory
      default: continue
      }
      let mode = UInt16(truncatingIfNeeded: status.st_mode)
      entries.append(Workspace.Entry(path: Text(path), kind: kind, mode: mode))
      if kind == .directory {
        let child = try open(name, status, in: directory, O_DIRECTORY, needing: 0o700)
        try read(child, path: path, depth: depth + 1)
      }
    }
  }

  /// Deletes what is in a directory, at most so many levels deep.
  static func clear(_ directory: Descriptor, depth: Int) throws(Errno) {
    guard depth >= 0 else { throw Errno(ENAMETOOLONG) }
    for name in try allNames(in: directory, limit: .max) ?? [] {
      if withPath(name, { unlinkat(directory.raw, $0, 0) }) == 0 { continue }
      guard errno == EISDIR || errno == EPERM else { throw Errno(errno) }
      let child = try Kernel.open(beneath: directory, name.dropLast(), O_RDONLY | O_DIRECTORY)
      try clear(child, depth: depth - 1)
      try check(withPath(name) { unlinkat(directory.raw, $0, AT_REMOVEDIR) })
    }
  }

  private mutating func file(
    _ name: [UInt8], _ status: stat, in directory: Descriptor, path: Text
  ) throws(Trouble) -> Blob {
    let file = try open(name, status, in: directory, 0, needing: 0o400)
    var status = stat()
    try require(fstat(file.raw, &status))
    guard status.st_mode & S_IFMT == S_IFREG else { throw .failed(Errno(ENXIO)) }
    // The size that is said, not the memory that is used: a file may be mostly holes.
    let size = Int(status.st_size)
    bytes += size
    guard bytes <= limits.workspaceBytes else { throw .tooLarge }
    // One buffer for all files: most of them turn out to be what they were.
    if buffer.count < size { buffer = [UInt8](repeating: 0, count: max(size, 64 << 10)) }
    var count = 0
    while count < size {
      let more = buffer.withUnsafeMutableBytes { buffer in
        Glibc.read(file.raw, buffer.baseAddress.map { $0 + count }, size - count)
      }
      if more < 0 && errno == EINTR { continue }
      guard more > 0 else { throw .failed(Errno(more == 0 ? EIO : errno)) }
      count += more
    }
    if let blob = known[path], blob.bytes.count == size,
      size == 0 || memcmp(blob.bytes, buffer, size) == 0
    {
      return blob
    }
    return Blob(Array(buffer[..<size]))
  }

  private func target(_ name: [UInt8], in directory: Descriptor) throws(Trouble) -> Text {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = withPath(name) { name in
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
  private func open(
    _ name: [UInt8], _ status: stat, in directory: Descriptor, _ flags: Int32, needing mode: mode_t
  ) throws(Trouble) -> Descriptor {
    if opensAll, status.st_mode & mode != mode {
      try require(withPath(name) { fchmodat(directory.raw, $0, mode, 0) })
    }
    do {
      return try Kernel.open(beneath: directory, name.dropLast(), O_RDONLY | flags)
    } catch {
      throw .failed(error)
    }
  }

  private func names(in directory: Descriptor) throws(Trouble) -> [[UInt8]] {
    let names: [[UInt8]]?
    do {
      // What is not kept counts too: a million pipes are no workspace.
      names = try Self.allNames(in: directory, limit: limits.workspaceEntries)
    } catch {
      throw .failed(error)
    }
    guard let names else { throw .tooLarge }
    return names
  }

  /// The names in a directory, each with a NUL at its end; nil where there are more than `limit`.
  private static func allNames(in directory: Descriptor, limit: Int) throws(Errno) -> [[UInt8]]? {
    // A stream takes over its descriptor, whose place in the list must be its own.
    let copy = try Kernel.open(beneath: directory, ".".utf8, O_RDONLY | O_DIRECTORY)
    let raw = fcntl(copy.raw, F_DUPFD_CLOEXEC, 0)
    try check(raw)
    guard let stream = fdopendir(raw) else {
      close(raw)
      throw Errno(errno)
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        Array(bytes.prefix { $0 != 0 }) + [0]
      }
      if name != [46, 0] && name != [46, 46, 0] { names.append(name) }
      if names.count > limit { return nil }
    }
    return names
  }

  private func require(_ result: Int32) throws(Trouble) {
    if result < 0 { throw .failed(Errno(errno)) }
  }
}
