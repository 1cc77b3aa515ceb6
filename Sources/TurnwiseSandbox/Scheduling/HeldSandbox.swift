internal import Glibc
internal import Synchronization

/// The walls that bubblewrap has put up, held by a process that only waits, for one episode at most.
///
/// Nothing that an agent wrote ever runs as this process, nor where it could be seen: commands get
/// process and mount namespaces of their own inside of the walls; see ``Entrance``.
final class HeldSandbox: Sendable {
  /// The process that holds the walls.
  let process: Descriptor
  private let launcher: pid_t
  /// Whoever holds the walls leaves when the host is gone, or hangs up.
  private let lifeline: Descriptor
  private let waiting = Mutex<WaitingShell?>(nil)

  /// A sandbox that is coming up, which the launcher does by itself.
  struct Launch {
    fileprivate let launcher: pid_t
    fileprivate let lifeline, status, errors: Descriptor
  }

  /// Starts a launcher.
  static func begin(in slot: Slot) throws(Errno) -> Launch {
    let (status, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let lifeline = try Descriptor.sockets()
    let launcher = try slot.launch(
      lifeline: lifeline.theirs, errors: errors.writing, status: status)
    // It comes back when everything is there.
    _ = send(lifeline.ours.raw, ".", 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
    return Launch(
      launcher: launcher, lifeline: lifeline.ours, status: status.reading, errors: errors.reading)
  }

  /// Waits until the walls are up.
  init(awaiting launch: Launch, _ buffer: inout [UInt8]) throws(Trouble) {
    var heard: Heard
    do throws(Errno) {
      heard = try Heard(from: launch, &buffer)
      if let number = heard.holder {
        process = try Kernel.openProcess(number)
        (launcher, lifeline) = (launch.launcher, launch.lifeline)
        return
      }
    } catch {
      Self.end(launch)
      throw .system("A sandbox could not be launched", error)
    }
    Self.end(launch)
    throw heard.trouble(reading: launch.errors, &buffer)
  }

  /// What comes from a launcher until the walls are up, or it has gone away.
  private struct Heard {
    private var report: [UInt8] = []
    private var errors: [UInt8] = []
    private var answer: [UInt8] = []
    private var isOver = false

    init(from launch: Launch, _ buffer: inout [UInt8]) throws(Errno) {
      let deadline = ContinuousClock.now + .seconds(60)
      while answer.isEmpty, !isOver, ContinuousClock.now < deadline {
        var polled = [launch.status, launch.errors, launch.lifeline].map {
          pollfd(fd: $0.raw, events: Int16(POLLIN), revents: 0)
        }
        if poll(&polled, 3, 1000) < 0, errno != EINTR { throw Errno(errno) }
        if polled[0].revents != 0 {
          let count = try launch.status.read(into: &buffer)
          report += buffer[..<count]
          isOver = count == 0
        }
        if polled[1].revents != 0, !isOver {
          _ = try takeErrors(from: launch.errors, &buffer)
        }
        if polled[2].revents != 0, !isOver {
          answer += buffer[..<((try? launch.lifeline.read(into: &buffer)) ?? 0)]
          isOver = isOver || answer.isEmpty
        }
      }
    }

    /// The process that holds the walls, once it has answered.
    var holder: pid_t? {
      answer.isEmpty ? nil : HeldSandbox.reported("child-pid", in: report).map { pid_t($0) }
    }

    /// Why there is no sandbox, when the launcher has gone away.
    mutating func trouble(reading rest: Descriptor, _ buffer: inout [UInt8]) -> Trouble {
      // It may have said more than was read.
      while isOver, errors.count < 4096, (try? takeErrors(from: rest, &buffer)) ?? 0 > 0 {}
      let text = String(decoding: errors, as: UTF8.self)
      if !isOver {
        return .failure(
          code: "launch-timeout", message: "The sandbox was not ready after a minute. \(text)",
          retry: true)
      }
      // What a busy machine says, and may not say again.
      let passing = [EAGAIN, ENOMEM, EMFILE].map { Errno($0) }
      if let error = passing.first(where: { text.contains("\($0)") }) {
        return .failure(
          code: "launch",
          message: "The sandbox could not be launched: \(text)\(HostLimit.hint(for: error))",
          retry: true)
      }
      return .refused(Sandbox.Refusal(launcherSaid: text))
    }

    private mutating func takeErrors(
      from source: Descriptor, _ buffer: inout [UInt8]
    ) throws(Errno) -> Int {
      let count = try source.read(into: &buffer)
      errors += buffer[..<count].prefix(4096 - errors.count)
      return count
    }
  }

  /// Gives up a sandbox that is coming up.
  ///
  /// A launcher that is killed early leaves its sandbox alive, because the two are tied together only
  /// after a while; so whoever holds the walls is told to leave, and the launcher buries it.
  static func end(_ launch: Launch) {
    shutdown(launch.lifeline.raw, Int32(SHUT_RDWR))
    var polled = pollfd(fd: launch.status.raw, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      if poll(&polled, 1, 1000) > 0, (try? launch.status.read(into: &buffer)) ?? 0 == 0 { break }
    }
    if ContinuousClock.now >= deadline { _ = Glibc.kill(launch.launcher, SIGKILL) }
    _ = Kernel.reap(launch.launcher)
  }

  /// Keeps a shell for the next command.
  func keep(_ shell: WaitingShell?) { waiting.withLock { $0 = shell } }

  /// The shell that was kept, unless it came to nothing while it waited.
  func takeShell() -> WaitingShell? {
    guard let shell = waiting.withLock({ $0.take() }) else { return nil }
    if shell.isWaiting { return shell }
    shell.dismiss()
    return nil
  }

  /// Takes the walls down, and the shell that waits behind them; ``bury()`` waits for it.
  func kill() {
    Kernel.kill(process)
    waiting.withLock { if let shell = $0 { Kernel.kill(shell.world.handle) } }
  }

  /// Waits until the walls are down and the launcher is gone.
  func bury() {
    kill()
    waiting.withLock { $0.take() }?.dismiss()
    _ = Kernel.reap(launcher)
  }

  /// A number that the launcher reported: pieces of JSON, a line each.
  fileprivate static func reported(_ key: String, in report: [UInt8]) -> Int? {
    let key = Array(key.utf8)
    for start in report.indices.dropLast(key.count) where report[start...].starts(with: key) {
      let digits = report[(start + key.count)...].drop { !(48...57).contains($0) && $0 != 10 }
        .prefix { (48...57).contains($0) }
      return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    return nil
  }
}
