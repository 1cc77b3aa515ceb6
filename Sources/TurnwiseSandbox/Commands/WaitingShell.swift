internal import Glibc

/// A shell in namespaces of its own that waits for its command.
///
/// Starting a shell takes as long as many commands do, and does not depend on the command. So the
/// shell can be started as soon as the previous command has ended, while the host reads the workspace
/// and the agent decides. No code of the agent runs in the sandbox meanwhile.
struct WaitingShell: Sendable {
  let namespaces: CommandNamespaces
  let channels: Channels
  /// The file that the shell reads when it is told to begin; see ``ShellProgram/input(_:_:seed:)``.
  private let input: Descriptor

  /// The number of descriptors that the host has open for one waiting shell.
  static let descriptors = 11

  /// Starts a shell, which ends when the host does.
  init(in sandbox: EpisodeSandbox, of slot: Slot) throws(CommandFailure) {
    // The shell's ends are closed here when this returns, so that the end of the shell is noticed.
    var (channels, shellEnds): (Channels, Channels.ShellEnds)
    let null: Descriptor
    do throws(Errno) {
      (channels, shellEnds) = try Channels.opened(for: slot)
      input = try .memory()
      // Each shell opens it anew, because flags and locks are shared by all that share an open file.
      null = try Descriptor(opening: open("/dev/null", O_RDONLY | O_CLOEXEC)).raised()
    } catch {
      throw .system("A shell could not be started", error)
    }
    namespaces = try slot.namespaceEntry.enter(
      sandbox.process,
      [null, shellEnds.output, shellEnds.errors, input, shellEnds.state, shellEnds.start])
    do throws(Errno) { try channels.attach(namespaces, of: slot) } catch {
      namespaces.end()
      throw .system("A shell could not be started", error)
    }
    self.channels = channels
  }

  /// Whether the shell still waits; it may have ended, for example if the machine ran out of memory.
  var isWaiting: Bool {
    var polled = pollfd(fd: namespaces.handle.raw, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, 0) == 0
  }

  /// Writes the command into the file that the shell reads when it is told to begin.
  func prepare(_ job: CommandJob) throws(Errno) {
    try input.replaceContents(
      with: ShellProgram.input(job.command, job.workspace.shell, seed: job.seed))
  }

  /// Kills the shell and waits for its end.
  func end() { namespaces.end() }
}
