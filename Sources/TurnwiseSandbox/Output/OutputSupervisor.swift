internal import Glibc
internal import TurnwiseCore

/// Answers the system calls by which the processes of a command write to their outputs.
///
/// The system call filter stops the caller of such a call (`seccomp_unotify(2)`) until it is answered
/// here. If a process writes to an output of the command, the bytes are read from its memory, so it is
/// known which process wrote them. Any other write proceeds as usual. Bytes that a process writes
/// through other descriptors arrive in the pipes, and are attributed to the process that wrote last.
///
/// Times are numbers of processes, which the kernel assigns in ascending order: a child was forked
/// before a write if its number is at most the highest number at the time of the write.
///
/// A process can change its memory and its descriptors while they are read. That changes only what it
/// is seen to have written, which it decides anyway.
struct OutputSupervisor {
  /// The descriptor from which calls are received.
  let listener: Descriptor
  private let processes: HostProcesses
  private let root: pid_t
  private let output: FileIdentity
  private let errors: FileIdentity
  private var handles = ThreadHandles()
  /// The numbers of the processes in the record, by thread.
  private var known: [pid_t: Int]
  /// The time up to which new processes were recorded.
  private var lastScan = 0
  /// The time of the last call.
  private(set) var time = 0

  /// The number of bytes of one write that are read; the caller of a longer write is told that it
  /// was shortened.
  private static let writeLimit = 1 << 20
  /// The number of the machine's latest processes that a scan visits.
  private static let scanLimit = 64
  /// The number of ancestors of a thread that are looked at.
  private static let ancestorLimit = 64

  /// Starts answering.
  ///
  /// - Throws: The error number if an output cannot be identified.
  init(
    _ listener: Descriptor, _ processes: HostProcesses, root: pid_t, output: Descriptor,
    errors: Descriptor
  ) throws(Errno) {
    (self.listener, self.processes, self.root) = (listener, processes, root)
    (self.output, self.errors) = (try FileIdentity(output), try FileIdentity(errors))
    known = [root: OutputRecord.root]
    // It makes answers faster. Older kernels do not support it.
    _ = try? Kernel.call(
      .ioctl, Int(listener.raw), ControlRequest.setListenerFlags, Seccomp.synchronousWakeUp)
  }

  /// Receives one call and answers it; a call must be waiting.
  mutating func answer(_ record: inout OutputRecord, _ buffer: inout [UInt8]) throws(Errno) {
    guard let call = try NotifiedCall(from: listener) else { return }
    // A thread that the host cannot see has no number.
    guard call.thread > 0 else { return call.resume(listener) }
    write(call, &record, &buffer)
  }

  private mutating func write(
    _ call: NotifiedCall, _ record: inout OutputRecord, _ buffer: inout [UInt8]
  ) {
    let number = Int32(truncatingIfNeeded: call.arguments.0)
    let stream: OutputStream
    switch processes.file(number, of: call.thread, &handles) {
    case output: stream = .output
    case errors: stream = .error
    default: return call.resume(listener)
    }
    time = processes.time(after: root)
    let process = process(of: call.thread, &record)
    // One byte more than the limit allows shows that the limit is exceeded.
    let limit = min(record.remainingBytes(in: stream) + 1, Self.writeLimit)
    let isVector = Int(call.number) == SystemCall.writev.number
    let wanted = isVector ? limit : min(Int(clamping: UInt(bitPattern: call.arguments.2)), limit)
    if wanted > buffer.count {
      buffer += [UInt8](repeating: 0, count: Self.writeLimit + 1 - buffer.count)
    }
    let regions =
      isVector
      ? RemoteMemory.vector(at: call.arguments.1, call.arguments.2, of: call.thread)
      : [RemoteMemory.Region(start: call.arguments.1, count: wanted)]
    let count = RemoteMemory.read(regions, of: call.thread, into: &buffer, limit: wanted)
    // The call is wrong, and the kernel finds the error; or its memory cannot be read here.
    guard count > 0 else {
      record.attributeNext(to: process)
      return call.resume(listener)
    }
    // If the caller was killed, or was interrupted and will write again, nothing was written.
    if call.finish(listener, returning: count) {
      record.append(buffer[..<count], of: process, to: stream, at: time)
    }
  }

  // MARK: - Processes

  /// The number in the record of the process of a thread; a new process is added to the record.
  private mutating func process(of thread: pid_t, _ record: inout OutputRecord) -> Int {
    if let process = known[thread] {
      if process != OutputRecord.root { recordNewProcesses(after: lastScan, &record) }
      return process
    }
    // Ancestors that have not written yet. If they cannot be found, the root counts as the parent.
    var ancestors: [pid_t] = []
    var next = thread
    while known[next] == nil, ancestors.count < Self.ancestorLimit,
      let status = processes.status(of: next, handles)
    {
      if status.process == next {
        ancestors.append(next)
        next = status.parent
      } else {
        next = status.process
      }
    }
    var process = known[next] ?? OutputRecord.root
    for number in ancestors.reversed() {
      process = add(number, to: process, &record)
    }
    known[thread] = process
    if let first = ancestors.last {
      recordNewProcesses(after: processes.distance(from: root, to: first), &record)
    }
    return process
  }

  /// Adds the processes to the record that were forked since a time and since the last scan.
  ///
  /// They are added before they write, because after the end of its parent a process no longer shows
  /// which process forked it.
  private mutating func recordNewProcesses(after start: Int, _ record: inout OutputRecord) {
    let first = max(start, lastScan, time - Self.scanLimit) + 1
    lastScan = max(lastScan, time)
    guard first <= time else { return }
    for forkTime in first...time {
      let number = processes.number(at: forkTime, after: root)
      guard known[number] == nil, let status = processes.status(of: number, handles),
        status.process == number, let parent = known[status.parent]
      else { continue }
      _ = add(number, to: parent, &record)
    }
  }

  private mutating func add(_ number: pid_t, to parent: Int, _ record: inout OutputRecord) -> Int {
    let process = record.add(forkedAt: processes.distance(from: root, to: number), from: parent)
    known[number] = process
    return process
  }
}
