internal import Glibc
internal import TurnwiseCore

/// The directories inside a sandbox that a workspace is written to and read from.
///
/// They are empty file systems in memory that were mounted for one command. They are touched while
/// nothing that the agent wrote runs: before the shell gets its command, and after the last process is
/// dead. Descriptors keep them alive until then, and with them everything disappears: there is no
/// directory of ours on the host that could be left behind.
struct WorkspaceTree {
  private let root, temporary: Descriptor
  private let limits: Sandbox.Limits

  init(in world: Entrance.World, _ limits: Sandbox.Limits) {
    (root, temporary) = (world.workspace, world.temporary)
    self.limits = limits
  }

  /// Writes `workspace` into the empty directories.
  func write(_ workspace: Workspace) throws(Errno) {
    var writer = TreeWriter(to: root)
    try writer.write(workspace.entries)
    if workspace.temporaryEntries.isEmpty { return }
    var temporaryWriter = TreeWriter(to: temporary)
    try temporaryWriter.write(workspace.temporaryEntries)
  }

  /// Whether more names exist than a workspace may have.
  var isOverfull: Bool {
    // The directory itself is one.
    root.entryCount > limits.workspaceEntries + 1
  }

  /// Reads the directories back.
  ///
  /// - Parameters:
  ///   - before: What was written. A file that still has these bytes shares them, and its digest is
  ///     not computed again.
  ///   - shell: The shell state of the new workspace.
  ///   - keepsTemporary: Whether `/tmp` is part of it.
  /// - Returns: The workspace, or nil where it is larger than a workspace may be.
  /// - Throws: The error number where something could not be read.
  func read(
    after before: Workspace, shell: ShellState, keepsTemporary: Bool
  ) throws(Errno) -> Workspace? {
    guard let entries = try read(root, after: before.entries) else { return nil }
    // Mostly there is nothing in it; the directory itself is one name.
    guard keepsTemporary, temporary.entryCount > 1 else {
      return Workspace(trusting: entries, shell: shell)
    }
    guard let others = try read(temporary, after: before.temporaryEntries) else { return nil }
    return Workspace(trusting: entries, temporaryEntries: others, shell: shell)
  }

  private func read(
    _ root: Descriptor, after before: [Workspace.Entry]
  ) throws(Errno) -> [Workspace.Entry]? {
    try check(fchmod(root.raw, 0o755))
    var reader = TreeReader(before, limits, opensAll: true)
    do {
      try reader.read(root, path: [], depth: 0)
    } catch {
      if case .failed(let error) = error { throw error }
      return nil
    }
    return reader.sortedEntries
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
