internal import Glibc
internal import TurnwiseCore

/// The directory inside a sandbox that a workspace is written to and read from.
///
/// It is the sandbox's own empty `tmpfs`, which the host reaches through `/proc`. It is touched while
/// nothing that the agent wrote runs: before the shell gets its command, and after the last process
/// is dead. A descriptor keeps it alive until then, and with it everything disappears: there is no
/// directory of ours on the host that could be left behind.
struct WorkspaceTree {
  private let root: Descriptor
  private let limits: Sandbox.Limits

  /// 2000-01-01, the time of everything that is older than the command.
  private static let time = timespec(tv_sec: 946_684_800, tv_nsec: 0)

  /// Opens the directory `/workspace` of the sandbox that process `pid` lives in.
  init(of pid: pid_t, _ limits: Sandbox.Limits) throws(Errno) {
    let path = "/proc/\(pid)/root\(Launch.workspacePath)"
    root = try Descriptor(opening: open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
    self.limits = limits
  }

  /// Writes `workspace` into the empty directory, in the order of its entries.
  ///
  /// The order is the one in which `find` and `ls -U` list names, so it must be the same each time.
  func write(_ workspace: Workspace) throws(Errno) {
    for entry in workspace.entries {
      let path = entry.path.bytes + [0]
      switch entry.kind {
      case .directory: try check(withPath(path) { mkdirat(root.raw, $0, 0o700) })
      case .symbolicLink(let target):
        try check(
          withPath(target.bytes + [0]) { to in withPath(path) { symlinkat(to, root.raw, $0) } })
        try setTime(path)
      case .file(let blob):
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = try Descriptor(opening: withPath(path) { openat(root.raw, $0, flags, 0o600) })
        try file.write(blob.bytes)
        // The mode given to `openat` goes through the host's umask.
        try check(fchmod(file.raw, mode_t(entry.mode)))
        var times = [Self.time, Self.time]
        try check(futimens(file.raw, &times))
      }
    }
    // Backwards, and last: a directory that cannot be written to can be only when it is full, and
    // each new name in it sets its time.
    for entry in workspace.entries.reversed() where entry.kind == .directory {
      let path = entry.path.bytes + [0]
      try setTime(path)
      try check(withPath(path) { fchmodat(root.raw, $0, mode_t(entry.mode), 0) })
    }
    var times = [Self.time, Self.time]
    try check(futimens(root.raw, &times))
  }

  /// Whether more names exist than a workspace may have.
  var isOverfull: Bool {
    // The directory itself is one.
    root.entryCount > limits.workspaceEntries + 1
  }

  /// Reads the directory back.
  ///
  /// - Parameters:
  ///   - before: What was written. A file that still has these bytes shares them, and its digest is
  ///     not computed again.
  ///   - shell: The shell state of the new workspace.
  /// - Returns: The workspace, or nil where it is larger than a workspace may be.
  /// - Throws: The error number where something could not be read.
  func read(after before: Workspace, shell: ShellState) throws(Errno) -> Workspace? {
    try check(fchmod(root.raw, 0o755))
    var reader = TreeReader(before, limits)
    do {
      try reader.read(root, path: [], depth: 0)
    } catch {
      if case .failed(let error) = error { throw error }
      return nil
    }
    let sorted = reader.entries.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    return Workspace(trusting: sorted, shell: shell)
  }

  private func setTime(_ path: [UInt8]) throws(Errno) {
    let times = [Self.time, Self.time]
    try check(withPath(path) { utimensat(root.raw, $0, times, AT_SYMLINK_NOFOLLOW) })
  }
}

/// Throws the error number where `result` says that a call failed.
func check(_ result: Int32) throws(Errno) {
  if result < 0 { throw Errno(errno) }
}

/// Calls `body` with bytes that end with a NUL.
func withPath<R>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> R) -> R {
  path.withUnsafeBufferPointer { path in
    path.withMemoryRebound(to: CChar.self) { path in
      guard let start = path.baseAddress else { preconditionFailure("A path ends with a NUL.") }
      return body(start)
    }
  }
}
