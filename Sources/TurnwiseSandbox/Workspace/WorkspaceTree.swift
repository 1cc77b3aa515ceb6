internal import Glibc
internal import TurnwiseCore

/// The directories of a command that a workspace is written to and read from.
///
/// They are empty file systems in memory that were mounted for one command. The host uses them only
/// while no code of the agent runs: before the shell gets its command, and after the last process has
/// ended. They exist as long as their descriptors are open. So no directory can be left on the host.
struct WorkspaceTree {
  private let root, temporary: Descriptor
  private let limits: Sandbox.Limits

  init(in namespaces: CommandNamespaces, _ limits: Sandbox.Limits) {
    (root, temporary) = (namespaces.workspace, namespaces.temporary)
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

  /// Whether there are more names than a workspace may have.
  var exceedsLimit: Bool {
    // The directory itself is a name too.
    root.entryCount > limits.workspaceEntries + 1
  }

  /// Reads the directories back.
  ///
  /// - Parameters:
  ///   - before: The workspace that was written. A file that still has these bytes shares them, and
  ///     its digest is not computed again.
  ///   - shell: The shell state of the new workspace.
  ///   - keepsTemporary: Whether `/tmp` is part of it.
  /// - Returns: The workspace, or nil if it is larger than a workspace may be.
  /// - Throws: The error number if something could not be read.
  func read(
    after before: Workspace, shell: ShellSnapshot, keepsTemporary: Bool
  ) throws(Errno) -> Workspace? {
    guard let entries = try read(root, after: before.entries) else { return nil }
    // In most cases `/tmp` is empty; the directory itself is one name.
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
    var reader = TreeReader(before, limits, grantsPermissions: true)
    do {
      try reader.read(root, path: [], depth: 0)
    } catch {
      if case .failed(let error) = error { throw error }
      return nil
    }
    return reader.sortedEntries
  }
}
