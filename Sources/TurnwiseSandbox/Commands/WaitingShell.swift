internal import Glibc

/// A shell in a world of its own that waits for its command.
///
/// To start it takes as long as many a command does, and asks nothing of the command. So it can be
/// started as soon as the command before it has ended, while the host reads what that one left and the
/// agent thinks about the next. Nothing that an agent wrote runs in its sandbox meanwhile.
struct WaitingShell: Sendable {
  let world: Entrance.World
  let channels: Channels
  /// What it reads when it is told to begin; see ``Launch/input(_:_:seed:)``.
  private let input: Descriptor

  /// The descriptors that one has open on the host.
  static let descriptors = 11

  /// Starts a shell, which goes away when the host does.
  init(in sandbox: HeldSandbox, of slot: Slot) throws(Trouble) {
    // The far ends are gone when this returns, so that the end of the shell can be heard.
    var (channels, farEnds): (Channels, Channels.FarEnds)
    let nothing: Descriptor
    do throws(Errno) {
      (channels, farEnds) = try Channels.opened(for: slot)
      input = try .memory()
      // Opened anew, because flags and locks belong to what was opened, and so would come along.
      nothing = try Descriptor(opening: open("/dev/null", O_RDONLY | O_CLOEXEC)).raised()
    } catch {
      throw .system("A shell could not be started", error)
    }
    world = try slot.entrance.enter(
      sandbox.process,
      [nothing, farEnds.output, farEnds.errors, input, farEnds.state, farEnds.start])
    do throws(Errno) { try channels.attach(world, of: slot) } catch {
      Kernel.kill(world.handle)
      _ = Kernel.reap(world.process)
      throw .system("A shell could not be started", error)
    }
    self.channels = channels
  }

  /// Whether it has not ended while it waited, as when the machine ran out of memory.
  var isWaiting: Bool {
    var polled = pollfd(fd: world.handle.raw, events: Int16(POLLIN), revents: 0)
    return poll(&polled, 1, 0) == 0
  }

  /// Writes what it will do; it begins when it is told to.
  func take(_ order: Order) throws(Errno) {
    try input.replaceContents(
      with: Launch.input(order.command, order.workspace.shell, seed: order.seed))
  }

  /// Takes it away.
  func dismiss() {
    Kernel.kill(world.handle)
    _ = Kernel.reap(world.process)
  }
}
