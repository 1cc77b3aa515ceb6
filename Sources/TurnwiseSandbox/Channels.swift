internal import Glibc
internal import TurnwiseCore

/// What comes out of a sandbox while it lives, collected by one thread that never waits for one
/// channel alone.
struct Channels {
  private var output: Descriptor?
  private var errors: Descriptor?
  private var status: Descriptor?
  private var dialog: Descriptor?
  private let bell: Descriptor

  /// What was written to the standard output.
  private(set) var outputSoFar: OutputCollector
  /// What was written to the standard error.
  private(set) var errorsSoFar: OutputCollector
  /// What the launcher tells about itself, a piece of JSON a line.
  private(set) var report: [UInt8] = []
  /// What the shell said in the dialog.
  private(set) var said: [UInt8] = []

  /// The far ends, for the launcher.
  struct FarEnds {
    let output, errors, status, dialog: Descriptor
  }

  /// Opens all channels.
  static func opened(for slot: Slot) throws(Errno) -> (Channels, FarEnds) {
    let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let (status, dialog) = (try Descriptor.pipe(), try Descriptor.sockets())
    let channels = Channels(
      output: output.reading, errors: errors.reading, status: status.reading, dialog: dialog.ours,
      bell: slot.bell, outputSoFar: OutputCollector(slot.limits),
      errorsSoFar: OutputCollector(slot.limits))
    let farEnds = FarEnds(
      output: output.writing, errors: errors.writing, status: status.writing,
      dialog: dialog.theirs)
    return (channels, farEnds)
  }

  /// Whether the launcher is still there.
  var isLauncherAlive: Bool { status != nil }

  /// Whether more was written to an output than a command may write.
  var isOverfull: Bool { outputSoFar.isOverfull || errorsSoFar.isOverfull }

  /// Whether anything can still come.
  var areOpen: Bool { output != nil || errors != nil || status != nil || dialog != nil }

  /// The number of the sandbox's first process, once the launcher has told it.
  var sandboxNumber: pid_t? { reported("child-pid").map(pid_t.init) }

  /// How the shell ended, once the launcher has told it.
  ///
  /// It never does where the sandbox did not come to life, so the trouble of a launch is not taken
  /// for that of a command.
  var exitStatus: Int? { reported("exit-code") }

  /// Answers the shell, which then gets its command; forgets what it said so far.
  mutating func answer() throws(Errno) {
    said = []
    guard let dialog else { throw Errno(EPIPE) }
    // A signal for a shell that has gone away would kill the host.
    try check(
      Int32(truncatingIfNeeded: send(dialog.raw, ".", 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL))))
  }

  /// Hangs up; a shell that waits for its command leaves.
  mutating func hangUp() { dialog = nil }

  /// Collects what comes until `condition` holds or `deadline` has passed.
  mutating func wait(
    until deadline: ContinuousClock.Instant, _ buffer: inout [UInt8],
    _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    while !condition(self) {
      let left = deadline - .now
      if left <= .zero { return }
      var polled = [output, errors, status, dialog, bell].map { channel in
        pollfd(fd: channel?.raw ?? -1, events: Int16(POLLIN), revents: 0)
      }
      // Rounded up, or the last millisecond would be spent in a loop.
      let timeout = Int32(
        clamping: left.components.seconds * 1000
          + left.components.attoseconds / 1_000_000_000_000_000 + 1)
      if poll(&polled, nfds_t(polled.count), timeout) < 0 {
        if errno != EINTR { throw Errno(errno) }
        continue
      }
      func isReady(_ index: Int) -> Bool { polled[index].revents != 0 }
      if isReady(0) { try Self.take(from: &output, &buffer) { outputSoFar.take($0) } }
      if isReady(1) { try Self.take(from: &errors, &buffer) { errorsSoFar.take($0) } }
      if isReady(2) { try Self.take(from: &status, &buffer) { report += $0 } }
      // What no state can be as long as is not kept, but read, or the shell would wait for ever.
      if isReady(3) {
        try Self.take(from: &dialog, &buffer) {
          said += $0.prefix(ShellState.limit + 1 - said.count)
        }
      }
      if isReady(4) { _ = try bell.read(into: &buffer) }
    }
  }

  private static func take(
    from channel: inout Descriptor?, _ buffer: inout [UInt8], _ keep: (ArraySlice<UInt8>) -> Void
  ) throws(Errno) {
    guard let open = channel else { return }
    let count: Int
    do {
      count = try open.read(into: &buffer)
    } catch {
      // A socket whose other end went away with something unread.
      guard error.code == ECONNRESET else { throw error }
      count = 0
    }
    if count == 0 { channel = nil } else { keep(buffer[..<count]) }
  }

  private func reported(_ key: String) -> Int? {
    // This is asked each time that something came, so not by way of a string.
    let key = key.utf8
    for start in report.indices.dropLast(key.count)
    where report[start...].starts(with: key) {
      let value = report[(start + key.count)...].drop { !(48...57).contains($0) && $0 != 10 }
      let digits = value.prefix { (48...57).contains($0) }
      return digits.isEmpty ? nil : digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
    return nil
  }
}
