internal import Glibc
internal import TurnwiseCore

/// Answers the calls by which the processes of a world write to their outputs.
///
/// The filter of system calls stops whoever makes one (`seccomp_unotify(2)`) until it is answered here. A
/// write to an output of the command is taken from the memory of the process, so it is known whose it
/// is; any other write goes on as if nothing had happened. What a process writes through other
/// descriptors arrives in the pipes themselves, and is taken to be of the process that wrote last.
///
/// Times are numbers of processes, which the kernel gives in ascending order: a child was forked before
/// a write if its number is not above the highest one at that time.
///
/// A process can change its memory and its descriptors while it is looked at. That changes what it has
/// written, which is up to it anyway, and nothing else.
struct OutputSupervisor {
  let listener: Descriptor
  private let processes: HostProcesses
  private let root: pid_t
  private let output: HostProcesses.File
  private let errors: HostProcesses.File
  private var handles = HostProcesses.Handles()
  /// The processes by the numbers of their threads.
  private var known: [pid_t: Int]
  /// The time up to which all processes were looked at.
  private var lastMet = 0
  /// When the last call was looked at.
  private(set) var time = 0

  /// The bytes of one write that are taken; a longer one is told that it was cut short.
  private static let writeLimit = 1 << 20
  /// The last processes of the machine that are looked at when somebody writes.
  private static let meetingLimit = 64

  /// Answers from now on.
  ///
  /// - Throws: The error number where an output cannot be told from other files.
  init(
    _ listener: Descriptor, _ processes: HostProcesses, root: pid_t, output: Descriptor,
    errors: Descriptor
  ) throws(Errno) {
    (self.listener, self.processes, self.root) = (listener, processes, root)
    (self.output, self.errors) = (try HostProcesses.File(output), try HostProcesses.File(errors))
    known = [root: OutputRecord.root]
    // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP: whoever is woken runs where the other one waits. Older
    // kernels do not know it.
    _ = try? Kernel.call(Kernel.Number.ioctl, Int(listener.raw), 0x4008_2104, 1)
  }

  /// Takes one call and answers it; there must be one.
  mutating func answer(_ record: inout OutputRecord, _ buffer: inout [UInt8]) throws(Errno) {
    guard let call = try Call(from: listener) else { return }
    // A thread that the host cannot see has no number.
    guard call.thread > 0 else { return call.letGoOn(listener) }
    write(call, &record, &buffer)
  }

  private mutating func write(
    _ call: Call, _ record: inout OutputRecord, _ buffer: inout [UInt8]
  ) {
    let number = Int32(truncatingIfNeeded: call.arguments.0)
    let stream: OutputStream
    switch processes.file(number, of: call.thread, &handles) {
    case output: stream = .output
    case errors: stream = .error
    default: return call.letGoOn(listener)
    }
    time = processes.time(after: root)
    let process = process(of: call.thread, &record)
    // One more than there is room for shows that there is too little.
    let limit = min(record.room(in: stream) + 1, Self.writeLimit)
    let isVector = Int(call.number) == Kernel.Number.writev
    let wanted = isVector ? limit : min(Int(clamping: UInt(bitPattern: call.arguments.2)), limit)
    if wanted > buffer.count {
      buffer += [UInt8](repeating: 0, count: Self.writeLimit + 1 - buffer.count)
    }
    let places =
      isVector
      ? Memory.vectors(at: call.arguments.1, call.arguments.2, of: call.thread)
      : [Memory.Place(start: call.arguments.1, count: wanted)]
    let count = Memory.read(places, of: call.thread, into: &buffer, limit: wanted)
    // The kernel knows what is wrong with such a write; or the memory cannot be read by us.
    guard count > 0 else {
      record.expect(process)
      return call.letGoOn(listener)
    }
    // One that was killed meanwhile, or is interrupted and will come again, has written nothing.
    if call.finish(listener, returning: count) {
      record.take(buffer[..<count], from: process, on: stream, at: time)
    }
  }

  /// The number of the process of a thread, which is found out when it is met first.
  private mutating func process(of thread: pid_t, _ record: inout OutputRecord) -> Int {
    if let process = known[thread] {
      if process != OutputRecord.root { meetOthers(after: lastMet, &record) }
      return process
    }
    // Ancestors that have written nothing yet. What cannot be found out is of the first process.
    var line: [pid_t] = []
    var next = thread
    while known[next] == nil, line.count < 64, let status = processes.status(of: next, handles) {
      if status.process == next {
        line.append(next)
        next = status.parent
      } else {
        next = status.process
      }
    }
    var process = known[next] ?? OutputRecord.root
    for number in line.reversed() {
      process = add(number, to: process, &record)
    }
    known[thread] = process
    if let first = line.last {
      meetOthers(after: processes.distance(from: root, to: first), &record)
    }
    return process
  }

  /// Looks at the processes that were forked since a time, and since it was done last.
  ///
  /// When one of their parents ends, it cannot be seen any more whose they were.
  private mutating func meetOthers(after birth: Int, _ record: inout OutputRecord) {
    let first = max(birth, lastMet, time - Self.meetingLimit) + 1
    lastMet = max(lastMet, time)
    guard first <= time else { return }
    for birth in first...time {
      let number = processes.number(at: birth, after: root)
      guard known[number] == nil, let status = processes.status(of: number, handles),
        status.process == number, let parent = known[status.parent]
      else { continue }
      _ = add(number, to: parent, &record)
    }
  }

  private mutating func add(_ number: pid_t, to parent: Int, _ record: inout OutputRecord) -> Int {
    let process = record.add(bornAt: processes.distance(from: root, to: number), to: parent)
    known[number] = process
    return process
  }
}

/// A call whose caller waits for the answer.
private struct Call {
  private let id: UInt64
  let thread: pid_t
  let number: Int32
  let arguments: (Int, Int, Int)

  /// Takes the next call.
  ///
  /// - Returns: Nil where the caller has gone away.
  init?(from listener: Descriptor) throws(Errno) {
    // id, thread, flags; number, architecture, place of the instruction, six arguments.
    var words = [UInt64](repeating: 0, count: 10)
    let taken = words.withUnsafeMutableBytes { words in
      Result { () throws(Errno) in
        try Kernel.call(
          Kernel.Number.ioctl, Int(listener.raw), 0xC050_2100, Int(bitPattern: words.baseAddress))
      }
    }
    do throws(Errno) { _ = try taken.get() } catch  where error.code == ENOENT { return nil }
    id = words[0]
    thread = pid_t(truncatingIfNeeded: words[1])
    number = Int32(truncatingIfNeeded: words[2])
    arguments = (
      Int(truncatingIfNeeded: words[4]), Int(truncatingIfNeeded: words[5]),
      Int(truncatingIfNeeded: words[6])
    )
  }

  /// Lets the kernel do what was called for.
  func letGoOn(_ listener: Descriptor) {
    _ = answer(listener, 0, flags: 1)  // SECCOMP_USER_NOTIF_FLAG_CONTINUE
  }

  /// Tells the caller that the call has done something.
  ///
  /// - Returns: Whether the caller was still waiting.
  func finish(_ listener: Descriptor, returning value: Int) -> Bool {
    answer(listener, value, flags: 0)
  }

  private func answer(_ listener: Descriptor, _ value: Int, flags: UInt64) -> Bool {
    // id, value, error and flags.
    let words = [id, UInt64(bitPattern: Int64(value)), flags << 32]
    return words.withUnsafeBytes { words in
      (try? Kernel.call(
        Kernel.Number.ioctl, Int(listener.raw), 0xC018_2101, Int(bitPattern: words.baseAddress)))
        != nil
    }
  }
}

/// The memory of processes of a sandbox.
private enum Memory {
  /// As the kernel has it.
  struct Place {
    var start: Int
    var count: Int
  }

  /// Reads places one after another.
  ///
  /// - Returns: The number of bytes up to the first that cannot be read.
  static func read(
    _ places: [Place], of thread: pid_t, into buffer: inout [UInt8], limit: Int
  ) -> Int {
    buffer.withUnsafeMutableBytes { buffer in
      var here = Place(start: Int(bitPattern: buffer.baseAddress), count: min(limit, buffer.count))
      return places.withUnsafeBufferPointer { places in
        (try? Kernel.call(
          Kernel.Number.processReadMemory, Int(thread),
          withUnsafePointer(to: &here) { Int(bitPattern: $0) }, 1,
          Int(bitPattern: places.baseAddress), places.count)) ?? 0
      }
    }
  }

  /// The places of a call that writes several, as many as the kernel takes.
  static func vectors(at start: Int, _ count: Int, of thread: pid_t) -> [Place] {
    guard (1...1024).contains(count) else { return [] }
    var bytes = [UInt8](repeating: 0, count: 16 * count)
    let size = read(
      [Place(start: start, count: bytes.count)], of: thread, into: &bytes, limit: bytes.count)
    guard size == bytes.count else { return [] }
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Place(
          start: bytes.loadUnaligned(fromByteOffset: 16 * $0, as: Int.self),
          count: bytes.loadUnaligned(fromByteOffset: 16 * $0 + 8, as: Int.self))
      }
    }
  }
}
