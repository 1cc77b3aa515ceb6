internal import Glibc
internal import Synchronization

/// A sandbox that bubblewrap has set up, and that one episode uses at most.
///
/// A process that only waits, the holder, keeps it. No code of an agent ever runs as this process or
/// can see it: commands get process and mount namespaces of their own inside the sandbox; see
/// ``NamespaceEntry``.
final class EpisodeSandbox: Sendable {
  /// The holder.
  let process: Descriptor
  private let launcher: pid_t
  /// A socket whose end lets the holder exit, also when the host ends.
  private let keepAlive: Descriptor
  private let waiting = Mutex<WaitingShell?>(nil)

  /// Waits until a sandbox is set up.
  init(awaiting launch: SandboxLaunch, _ buffer: inout [UInt8]) throws(CommandFailure) {
    var output: LaunchOutput
    do throws(Errno) {
      output = try LaunchOutput(of: launch, &buffer)
      if let holder = output.holder {
        process = try Kernel.openProcess(holder)
        (launcher, keepAlive) = (launch.launcher, launch.keepAlive)
        return
      }
    } catch {
      launch.end()
      throw .system("A sandbox could not be launched", error)
    }
    launch.end()
    throw output.failure(readingRestOf: launch.errors, &buffer)
  }

  /// Keeps a shell for the next command.
  func keep(_ shell: WaitingShell?) { waiting.withLock { $0 = shell } }

  /// Takes the shell that was kept, unless it has ended meanwhile.
  func takeShell() -> WaitingShell? {
    guard let shell = waiting.withLock({ $0.take() }) else { return nil }
    if shell.isWaiting { return shell }
    shell.end()
    return nil
  }

  /// Kills all processes of the sandbox; ``reap()`` waits for their end.
  func kill() {
    Kernel.kill(process)
    waiting.withLock { if let shell = $0 { Kernel.kill(shell.namespaces.handle) } }
  }

  /// Kills the sandbox and waits until it and the launcher have ended.
  func reap() {
    kill()
    waiting.withLock { $0.take() }?.end()
    _ = Kernel.reap(launcher)
  }
}
