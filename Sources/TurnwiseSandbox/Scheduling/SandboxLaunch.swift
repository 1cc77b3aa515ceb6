internal import Glibc

/// A sandbox that bubblewrap is setting up.
struct SandboxLaunch {
  /// The process that runs bubblewrap.
  let launcher: pid_t
  /// A socket whose end lets the holder exit.
  let keepAlive: Descriptor
  /// The pipes with the status and the error messages of bubblewrap.
  let status, errors: Descriptor

  /// Starts bubblewrap.
  init(in slot: Slot) throws(Errno) {
    let (status, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let keepAlive = try Descriptor.sockets()
    launcher = try slot.startLauncher(
      keepAlive: keepAlive.theirs, errors: errors.writing, status: status)
    (self.keepAlive, self.status, self.errors) = (keepAlive.ours, status.reading, errors.reading)
    // The holder sends this back when the sandbox is set up.
    _ = send(keepAlive.ours.raw, ".", 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
  }

  /// Abandons the sandbox.
  ///
  /// If a launcher is killed early, its sandbox stays alive, because the two are linked only after a
  /// while. So the holder is told to exit, and the launcher reaps it.
  func end() {
    shutdown(keepAlive.raw, Int32(SHUT_RDWR))
    var polled = pollfd(fd: status.raw, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let deadline = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < deadline {
      if poll(&polled, 1, 1000) > 0, (try? status.read(into: &buffer)) ?? 0 == 0 { break }
    }
    if ContinuousClock.now >= deadline { _ = Glibc.kill(launcher, SIGKILL) }
    _ = Kernel.reap(launcher)
  }
}

/// What a launcher reports until its sandbox is set up or it has ended.
struct LaunchOutput {
  private var status: [UInt8] = []
  private var errors: [UInt8] = []
  private var answer: [UInt8] = []
  private var hasEnded = false

  /// The number of bytes of error messages that are kept.
  private static let errorLimit = 4096

  /// Collects the output of a launch, for at most a minute.
  init(of launch: SandboxLaunch, _ buffer: inout [UInt8]) throws(Errno) {
    let deadline = ContinuousClock.now + .seconds(60)
    while answer.isEmpty, !hasEnded, ContinuousClock.now < deadline {
      var polled = [launch.status, launch.errors, launch.keepAlive].map {
        pollfd(fd: $0.raw, events: Int16(POLLIN), revents: 0)
      }
      if poll(&polled, 3, 1000) < 0, errno != EINTR { throw Errno(errno) }
      if polled[0].revents != 0 {
        let count = try launch.status.read(into: &buffer)
        status += buffer[..<count]
        hasEnded = count == 0
      }
      if polled[1].revents != 0, !hasEnded {
        _ = try readErrors(from: launch.errors, &buffer)
      }
      if polled[2].revents != 0, !hasEnded {
        answer += buffer[..<((try? launch.keepAlive.read(into: &buffer)) ?? 0)]
        hasEnded = hasEnded || answer.isEmpty
      }
    }
  }

  /// The number of the holder; nil if it has not answered.
  var holder: pid_t? { answer.isEmpty ? nil : reportedNumber("child-pid").map { pid_t($0) } }

  /// Why there is no sandbox.
  mutating func failure(
    readingRestOf source: Descriptor, _ buffer: inout [UInt8]
  ) -> CommandFailure {
    while hasEnded, errors.count < Self.errorLimit,
      (try? readErrors(from: source, &buffer)) ?? 0 > 0
    {}
    let text = String(decoding: errors, as: UTF8.self)
    if !hasEnded {
      return .sandbox(
        code: "launch-timeout", message: "The sandbox was not ready after a minute. \(text)",
        isRetryable: true)
    }
    // A busy machine reports these errors, and may not report them again.
    let temporary = [EAGAIN, ENOMEM, EMFILE].map { Errno($0) }
    if let error = temporary.first(where: { text.contains("\($0)") }) {
      return .sandbox(
        code: "launch",
        message: "The sandbox could not be launched: \(text)\(ResourceLimit.hint(for: error))",
        isRetryable: true)
    }
    return .refused(Sandbox.Refusal(launcherSaid: text))
  }

  private mutating func readErrors(
    from source: Descriptor, _ buffer: inout [UInt8]
  ) throws(Errno) -> Int {
    let count = try source.read(into: &buffer)
    errors += buffer[..<count].prefix(Self.errorLimit - errors.count)
    return count
  }

  /// A number that the launcher reported: the status is JSON, with one key in each line.
  private func reportedNumber(_ key: String) -> Int? {
    let key = Array(key.utf8)
    for start in status.indices.dropLast(key.count) where status[start...].starts(with: key) {
      let digits = status[(start + key.count)...]
        .drop { !$0.isDigit && $0 != UInt8(ascii: "\n") }.prefix(while: \.isDigit)
      return digits.isEmpty ? nil : digits.number
    }
    return nil
  }
}
