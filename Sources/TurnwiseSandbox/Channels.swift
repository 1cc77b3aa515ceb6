internal import Glibc
internal import TurnwiseCore

/// What comes out of a sandbox while it lives, collected by one thread that never waits for one
/// channel alone.
struct Channels {
  private var output: Descriptor?
  private var errors: Descriptor?
  private var process: Descriptor?
  private let start: Descriptor
  private let state: Descriptor
  private let bell: Descriptor

  /// What was written to the standard output.
  private(set) var outputSoFar: OutputCollector
  /// What was written to the standard error.
  private(set) var errorsSoFar: OutputCollector

  /// The far ends, for the shell.
  struct FarEnds {
    let output, errors, start, state: Descriptor
  }

  /// Opens all channels.
  static func opened(for slot: Slot) throws(Errno) -> (Channels, FarEnds) {
    let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let start = try Descriptor.sockets()
    // A file, not a channel: the shell writes its state line by line, and nobody need wake up for
    // that. A new one for each command, so that none finds anything in it.
    let state = try Descriptor.memory()
    let channels = Channels(
      output: output.reading, errors: errors.reading, process: nil, start: start.ours,
      state: state, bell: slot.bell, outputSoFar: OutputCollector(slot.limits),
      errorsSoFar: OutputCollector(slot.limits))
    let farEnds = FarEnds(
      output: output.writing, errors: errors.writing, start: start.theirs, state: state)
    return (channels, farEnds)
  }

  /// Says which process is at the other end.
  mutating func attach(_ process: Descriptor) { self.process = process }

  /// Whether the shell, or what took its place, is still there.
  var isAlive: Bool { process != nil }

  /// Whether more was written to an output than a command may write.
  var isOverfull: Bool { outputSoFar.isOverfull || errorsSoFar.isOverfull }

  /// Whether anything can still come.
  var areOpen: Bool { output != nil || errors != nil || process != nil }

  /// Tells the shell to begin.
  func answer() throws(Errno) {
    // A signal for a shell that has gone away would kill the host.
    if send(start.raw, ".", 1, Int32(truncatingIfNeeded: MSG_NOSIGNAL)) < 0, errno != EPIPE {
      throw Errno(errno)
    }
  }

  /// What the shell wrote of its state, or as much as shows that it can be none.
  func said() throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: ShellState.limit + 1)
    state.rewind()
    let count = try state.read(into: &bytes)
    return Array(bytes[..<count])
  }

  /// Collects what comes until `condition` holds or `deadline` has passed.
  mutating func wait(
    until deadline: ContinuousClock.Instant, _ buffer: inout [UInt8],
    _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    while !condition(self) {
      let left = deadline - .now
      if left <= .zero { return }
      var polled = [output, errors, process, bell].map { channel in
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
      if isReady(3) { _ = try bell.read(into: &buffer) }
    }
  }

  private static func take(
    from channel: inout Descriptor?, _ buffer: inout [UInt8], _ keep: (ArraySlice<UInt8>) -> Void
  ) throws(Errno) {
    guard let open = channel else { return }
    let count = try open.read(into: &buffer)
    if count == 0 { channel = nil } else { keep(buffer[..<count]) }
  }
}
