internal import Glibc
internal import TurnwiseCore

/// The directory inside a sandbox that a workspace is written to and read from.
///
/// It is an empty `tmpfs` that was mounted for one command. It is touched while nothing that the agent
/// wrote runs: before the shell gets its command, and after the last process is dead. A descriptor
/// keeps it alive until then, and with it everything disappears: there is no directory of ours on the
/// host that could be left behind.
struct WorkspaceTree {
  private let root: Descriptor
  private let limits: Sandbox.Limits

  init(_ root: Descriptor, _ limits: Sandbox.Limits) { (self.root, self.limits) = (root, limits) }

  /// Writes `workspace` into the empty directory.
  func write(_ workspace: Workspace) throws(Errno) {
    var writer = TreeWriter(to: root)
    try writer.write(workspace)
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
    var reader = TreeReader(before, limits, opensAll: true)
    do {
      try reader.read(root, path: [], depth: 0)
    } catch {
      if case .failed(let error) = error { throw error }
      return nil
    }
    return Workspace(trusting: reader.sortedEntries, shell: shell)
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
      guard let start = path.baseAddress else { mistake("A path ends with a NUL.") }
      return body(start)
    }
  }
}
