internal import Glibc
internal import TurnwiseCore

/// What comes out of a sandbox while it lives, collected by one thread that never waits for one
/// channel alone.
struct Channels {
  private var output: Descriptor?
  private var errors: Descriptor?
  private var process: Descriptor?
  private var dialog: Descriptor?
  private let bell: Descriptor

  /// What was written to the standard output.
  private(set) var outputSoFar: OutputCollector
  /// What was written to the standard error.
  private(set) var errorsSoFar: OutputCollector
  /// What the shell said in the dialog.
  private(set) var said: [UInt8] = []

  /// The far ends, for the launcher.
  struct FarEnds {
    let output, errors, dialog: Descriptor
  }

  /// Opens all channels.
  static func opened(for slot: Slot) throws(Errno) -> (Channels, FarEnds) {
    let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let dialog = try Descriptor.sockets()
    let channels = Channels(
      output: output.reading, errors: errors.reading, process: nil, dialog: dialog.ours,
      bell: slot.bell, outputSoFar: OutputCollector(slot.limits),
      errorsSoFar: OutputCollector(slot.limits))
    let farEnds = FarEnds(
      output: output.writing, errors: errors.writing, dialog: dialog.theirs)
    return (channels, farEnds)
  }

  /// Says which process is at the other end.
  mutating func attach(_ process: Descriptor) { self.process = process }

  /// Whether the shell, or what took its place, is still there.
  var isAlive: Bool { process != nil }

  /// Whether more was written to an output than a command may write.
  var isOverfull: Bool { outputSoFar.isOverfull || errorsSoFar.isOverfull }

  /// Whether anything can still come.
  var areOpen: Bool { output != nil || errors != nil || process != nil || dialog != nil }

  /// Tells the shell to begin.
  func answer() throws(Errno) {
    guard let dialog else { throw Errno(EPIPE) }
    // A signal for a shell that has gone away would kill the host.
    if send(dialog.raw, ".", 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL)) < 0, errno != EPIPE {
      throw Errno(errno)
    }
  }

  /// Collects what comes until `condition` holds or `deadline` has passed.
  mutating func wait(
    until deadline: ContinuousClock.Instant, _ buffer: inout [UInt8],
    _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    while !condition(self) {
      let left = deadline - .now
      if left <= .zero { return }
      var polled = [output, errors, process, dialog, bell].map { channel in
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
      if isReady(2) { process = nil }
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
}
