internal import Glibc
internal import TurnwiseCore

/// Writes entries into an empty directory, in their order.
///
/// `find` and `ls -U` list names in this order, so it must be the same each time. Each name is created
/// in a directory that is open already and was opened without following a link.
struct TreeWriter {
  /// 2000-01-01, the time of all files that exist before the command.
  private static let times = [timespec](
    repeating: timespec(tv_sec: 946_684_800, tv_nsec: 0), count: 2)

  private let root: Descriptor
  /// The directory of the last entry; entries of one directory mostly follow one another.
  private var directory: (path: ArraySlice<UInt8>, file: Descriptor)

  init(to root: Descriptor) { (self.root, directory) = (root, ([], root)) }

  /// Writes all entries.
  mutating func write(_ entries: [Workspace.Entry]) throws(Errno) {
    for entry in entries { try write(entry) }
    // In reverse and at the end: a directory that may not be written to must be filled before, and
    // each new name in a directory changes its time.
    for entry in entries.reversed() where entry.kind == .directory {
      let directory = try Kernel.open(beneath: root, entry.path.bytes, O_RDONLY | O_DIRECTORY)
      try Self.finish(directory, entry.mode)
    }
    try check(futimens(root.raw, Self.times))
  }

  private mutating func write(_ entry: Workspace.Entry) throws(Errno) {
    let (directory, name) = try place(of: entry)
    switch entry.kind {
    case .directory: try check(withPath(name) { mkdirat(directory.raw, $0, 0o700) })
    case .symbolicLink(let target):
      try check(
        withPath(target.bytes + [0]) { to in
          withPath(name) { symlinkat(to, directory.raw, $0) }
        })
      try check(
        withPath(name) { utimensat(directory.raw, $0, Self.times, AT_SYMLINK_NOFOLLOW) })
    case .file(let blob):
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
      let file = try Descriptor(opening: withPath(name) { openat(directory.raw, $0, flags, 0o600) })
      try file.write(blob.bytes)
      try Self.finish(file, entry.mode)
    }
  }

  /// The directory of an entry, and its name in the directory with a NUL at its end.
  private mutating func place(of entry: Workspace.Entry) throws(Errno) -> (Descriptor, [UInt8]) {
    let bytes = entry.path.bytes
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let path = bytes[..<(slash ?? 0)]
    if path != directory.path {
      let file =
        path.isEmpty
        ? root : try Kernel.open(beneath: root, Array(path), O_RDONLY | O_DIRECTORY)
      directory = (path, file)
    }
    return (directory.file, bytes[(slash.map { $0 + 1 } ?? 0)...] + [0])
  }

  /// Sets mode and time.
  ///
  /// The mode is set again, because the host's umask applies to new files.
  private static func finish(_ file: Descriptor, _ mode: UInt16) throws(Errno) {
    try check(fchmod(file.raw, mode_t(mode)))
    try check(futimens(file.raw, times))
  }
}
