internal import Glibc
internal import TurnwiseCore

/// What comes out of a sandbox while it lives, collected by one thread that never waits for one
/// channel alone.
///
/// The agent shares both pipes and can take back what was announced, so nothing here is read by a call
/// that could wait.
struct Channels {
  private var output: Descriptor?
  private var errors: Descriptor?
  private var process: Descriptor?
  private let start: Descriptor
  private let state: Descriptor
  private let bell: Descriptor
  private var supervisor: OutputSupervisor?
  /// When the supervisor last looked at a call, also where it is gone.
  private var time = 0

  /// What was written to both outputs.
  private(set) var record: OutputRecord

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
      state: state, bell: slot.bell, supervisor: nil, record: OutputRecord(slot.limits))
    let farEnds = FarEnds(
      output: output.writing, errors: errors.writing, start: start.theirs, state: state)
    return (channels, farEnds)
  }

  /// Says which world is at the other end.
  mutating func attach(_ world: Entrance.World, of slot: Slot) throws(Errno) {
    process = world.handle
    guard let listener = world.listener, let processes = slot.processes, let output, let errors
    else { return }
    supervisor = try OutputSupervisor(
      listener, processes, root: world.process, output: output, errors: errors)
  }

  /// Whether the shell, or what took its place, is still there.
  var isAlive: Bool { process != nil }

  /// Whether more was written to an output than a command may write.
  var isOverfull: Bool { record.isOverfull }

  /// Tells the shell to begin.
  func answer() throws(Errno) {
    // A signal for a shell that has gone away would kill the host.
    let flags = Int32(truncatingIfNeeded: MSG_NOSIGNAL) | Int32(truncatingIfNeeded: MSG_DONTWAIT)
    if send(start.raw, ".", 1, flags) < 0, errno != EPIPE { throw Errno(errno) }
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
      // The supervisor is the first: what was written directly before a call that it is told of is
      // then found in the pipes.
      var polled = [supervisor?.listener, output, errors, process, bell].map { channel in
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
      if isReady(1) { try take(.output, &buffer) }
      if isReady(2) { try take(.error, &buffer) }
      if polled[0].revents & Int16(POLLIN) != 0 {
        try supervisor?.answer(&record, &buffer)
        time = supervisor?.time ?? time
      } else if isReady(0) {
        // Nobody is left who could make such a call.
        supervisor = nil
      }
      if isReady(3) { process = nil }
      if isReady(4) { _ = try bell.readNow(into: &buffer) }
    }
  }

  /// Takes what is in the pipes when everybody is dead who could write to them.
  mutating func drain(_ buffer: inout [UInt8]) throws(Errno) {
    (process, supervisor) = (nil, nil)
    for stream in OutputStream.allCases { try take(stream, &buffer) }
  }

  /// Takes what was written to a pipe directly.
  ///
  /// Somebody who writes without end is left for later, so that deadlines are looked at.
  private mutating func take(_ stream: OutputStream, _ buffer: inout [UInt8]) throws(Errno) {
    var left = 1 << 20
    while left > 0, let channel = stream == .output ? output : errors,
      let count = try channel.readNow(into: &buffer)
    {
      guard count > 0 else {
        if stream == .output { output = nil } else { errors = nil }
        return
      }
      left -= count
      record.take(buffer[..<count], from: record.latest, on: stream, at: time)
    }
  }
}
