internal import Glibc
internal import TurnwiseCore

/// The channels between the host and a shell, and what has arrived through them.
///
/// One thread waits for all channels at once, and no read waits for a single one: a command shares
/// both pipes and can take back bytes that `poll` has announced.
struct Channels {
  private var output: Descriptor?
  private var errors: Descriptor?
  private var process: Descriptor?
  private let start: Descriptor
  private let state: Descriptor
  private let wakeUp: Descriptor
  private var supervisor: OutputSupervisor?
  /// The time of the last call that the supervisor answered; it is kept after the supervisor is gone.
  private var time = 0

  /// What was written to both outputs.
  private(set) var record: OutputRecord

  /// The ends of the channels that the shell gets.
  struct ShellEnds {
    let output, errors, start, state: Descriptor
  }

  /// Opens all channels.
  static func opened(for slot: Slot) throws(Errno) -> (Channels, ShellEnds) {
    let (output, errors) = (try Descriptor.pipe(), try Descriptor.pipe())
    let start = try Descriptor.sockets()
    // A file instead of a pipe: the shell writes its state line by line, and the host need not wake
    // up for each. Each command gets a new file, so that it finds nothing in it.
    let state = try Descriptor.memory()
    let channels = Channels(
      output: output.reading, errors: errors.reading, process: nil, start: start.ours,
      state: state, wakeUp: slot.wakeUp, supervisor: nil, record: OutputRecord(slot.limits))
    let shellEnds = ShellEnds(
      output: output.writing, errors: errors.writing, start: start.theirs, state: state)
    return (channels, shellEnds)
  }

  /// Sets the namespaces in which the shell at the other ends runs.
  mutating func attach(_ namespaces: CommandNamespaces, of slot: Slot) throws(Errno) {
    process = namespaces.handle
    guard let listener = namespaces.listener, let processes = slot.processes, let output,
      let errors
    else { return }
    supervisor = try OutputSupervisor(
      listener, processes, root: namespaces.process, output: output, errors: errors)
  }

  /// Whether the shell, or the program that replaced it, is still running.
  var isAlive: Bool { process != nil }

  /// Whether more was written to an output than a command may write.
  var exceedsLimit: Bool { record.exceedsLimit }

  /// Tells the shell to begin.
  func sendStart() throws(Errno) {
    // Without MSG_NOSIGNAL, a shell that has ended would cause a signal that kills the host.
    let flags = Int32(truncatingIfNeeded: MSG_NOSIGNAL) | Int32(truncatingIfNeeded: MSG_DONTWAIT)
    if send(start.raw, ".", 1, flags) < 0, errno != EPIPE { throw Errno(errno) }
  }

  /// The state that the shell wrote; if it is too long, one byte more than is allowed.
  func shellReport() throws(Errno) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: ShellSnapshot.limit + 1)
    state.rewind()
    let count = try state.read(into: &bytes)
    return Array(bytes[..<count])
  }

  /// Collects what arrives until `condition` holds or `deadline` has passed.
  mutating func wait(
    until deadline: ContinuousClock.Instant, _ buffer: inout [UInt8],
    _ condition: (borrowing Channels) -> Bool
  ) throws(Errno) {
    while !condition(self) {
      let left = deadline - .now
      if left <= .zero { return }
      // The listener is polled first. So bytes that were written to a pipe before a call which the
      // listener announces are in the pipe when the call is answered.
      var polled = [supervisor?.listener, output, errors, process, wakeUp].map { channel in
        pollfd(fd: channel?.raw ?? -1, events: Int16(POLLIN), revents: 0)
      }
      // Rounded up; otherwise the loop would spin during the last millisecond.
      let timeout = Int32(
        clamping: left.components.seconds * 1000
          + left.components.attoseconds / 1_000_000_000_000_000 + 1)
      if poll(&polled, nfds_t(polled.count), timeout) < 0 {
        if errno != EINTR { throw Errno(errno) }
        continue
      }
      func isReady(_ index: Int) -> Bool { polled[index].revents != 0 }
      if isReady(1) { try readPipe(.output, &buffer) }
      if isReady(2) { try readPipe(.error, &buffer) }
      if polled[0].revents & Int16(POLLIN) != 0 {
        try supervisor?.answer(&record, &buffer)
        time = supervisor?.time ?? time
      } else if isReady(0) {
        // No process is left that could make such a call.
        supervisor = nil
      }
      if isReady(3) { process = nil }
      if isReady(4) { _ = try wakeUp.readAvailable(into: &buffer) }
    }
  }

  /// Reads what is in the pipes after all processes that could write to them have ended.
  mutating func drain(_ buffer: inout [UInt8]) throws(Errno) {
    (process, supervisor) = (nil, nil)
    for stream in OutputStream.allCases { try readPipe(stream, &buffer) }
  }

  /// Reads what was written to a pipe directly.
  ///
  /// It stops after 1 MiB, so that a program that writes without end cannot delay the check of
  /// deadlines.
  private mutating func readPipe(_ stream: OutputStream, _ buffer: inout [UInt8]) throws(Errno) {
    var left = 1 << 20
    while left > 0, let channel = stream == .output ? output : errors,
      let count = try channel.readAvailable(into: &buffer)
    {
      guard count > 0 else {
        if stream == .output { output = nil } else { errors = nil }
        return
      }
      left -= count
      record.append(buffer[..<count], of: record.latest, to: stream, at: time)
    }
  }
}
