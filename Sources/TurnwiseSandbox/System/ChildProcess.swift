internal import Glibc

/// A process that makes a list of system calls, and by the last of them may run a program.
///
/// `posix_spawn` does the same for a few calls only. Until the process runs a program it shares the
/// memory of the host, whose thread waits meanwhile. So starting it copies no memory, however much
/// the host has. The process changes nothing but memory that was allocated for it.
final class ChildProcess {
  fileprivate typealias Call =
    @convention(c) @Sendable (Int, Int, Int, Int, Int, Int, Int) -> Int
  fileprivate typealias Body = @convention(c) (UnsafeMutableRawPointer?) -> Int32
  fileprivate typealias Clone =
    @convention(c) @Sendable (
      Body, UnsafeMutableRawPointer, Int32, UnsafeMutableRawPointer?, Int, Int, Int
    ) -> Int32

  fileprivate struct Program {
    var calls: UnsafeMutablePointer<ChildCall>
    var count: Int
    var stack: UnsafeMutableRawPointer
    var flags: Int32
    /// The process to start after the calls.
    var next: UnsafeMutablePointer<Program>?
    /// The number of the process that made the calls.
    var process: pid_t = -1
    /// The index of the call that failed; `count` if the process could not be started, -1 if nothing
    /// failed.
    var failed = -1
    var error: Int32 = 0
    fileprivate var call: Call
    fileprivate var clone: Clone
  }

  private let program: UnsafeMutablePointer<Program>
  fileprivate static let stackBytes = 256 << 10
  private static let functions: (call: Call, clone: Clone)? = {
    guard let call = dlsym(nil, "syscall"), let clone = dlsym(nil, "clone") else { return nil }
    return (unsafeBitCast(call, to: Call.self), unsafeBitCast(clone, to: Clone.self))
  }()

  /// Prepares a process.
  ///
  /// - Parameters:
  ///   - calls: The calls that it makes.
  ///   - flags: Flags of `clone`, beside those for sharing memory and for a waiting parent.
  ///   - next: The process that it starts after its calls.
  /// - Throws: The error number if the system lacks the functions that this needs.
  init(_ calls: [ChildCall], flags: CloneFlags, next: ChildProcess? = nil) throws(Errno) {
    guard let functions = Self.functions else { throw Errno(ENOSYS) }
    let list = UnsafeMutablePointer<ChildCall>.allocate(capacity: calls.count)
    list.initialize(from: calls, count: calls.count)
    let allFlags = flags.union([.sharedMemory, .waitingParent])
    program = .allocate(capacity: 1)
    program.initialize(
      to: Program(
        calls: list, count: calls.count,
        stack: .allocate(byteCount: Self.stackBytes, alignment: 4096),
        flags: Int32(allFlags.rawValue) | SIGCHLD, next: next?.program, call: functions.call,
        clone: functions.clone))
  }

  deinit {
    program.pointee.stack.deallocate()
    program.pointee.calls.deallocate()
    program.deallocate()
  }

  /// A call, whose arguments may be changed before the process starts.
  subscript(index: Int) -> ChildCall {
    get { program.pointee.calls[index] }
    set { program.pointee.calls[index] = newValue }
  }

  /// The number of the process; -1 if it was not started.
  var process: pid_t { program.pointee.process }

  /// The stage that failed, and the error number; nil if nothing failed.
  var failure: (stage: ChildCall.Stage, error: Errno)? {
    let failed = program.pointee.failed
    guard failed >= 0 else { return nil }
    let call = failed < program.pointee.count ? program.pointee.calls[failed] : nil
    return (call?.stage ?? .starting, Errno(program.pointee.error))
  }

  /// Starts the process, and returns when it and the process that it starts have each ended or run
  /// a program.
  func start() {
    for next in sequence(first: program, next: { $0.pointee.next }) {
      (next.pointee.process, next.pointee.failed) = (-1, -1)
      for index in 0..<next.pointee.count { next.pointee.calls[index].result = -1 }
    }
    // A signal handler of the host that ran in the child would change the memory of the host.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    startChild(program)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

private func startChild(_ program: UnsafeMutablePointer<ChildProcess.Program>) {
  let stack = program.pointee.stack + ChildProcess.stackBytes
  program.pointee.process = program.pointee.clone(
    runChild, stack, program.pointee.flags, program, 0, 0, 0)
  if program.pointee.process < 0 {
    program.pointee.error = errno
    program.pointee.failed = program.pointee.count
  }
}

/// The body of a child, which uses pointers and system calls only: no objects, no allocation.
private func runChild(_ raw: UnsafeMutableRawPointer?) -> Int32 {
  guard let raw else { return 1 }
  let program = raw.assumingMemoryBound(to: ChildProcess.Program.self)
  var index = 0
  while index < program.pointee.count {
    let call = program.pointee.calls + index
    let (a, b, c, d, e) = call.pointee.arguments
    let result = program.pointee.call(call.pointee.number, a, b, c, d, e, 0)
    call.pointee.result = result
    if result == -1, call.pointee.isRequired {
      program.pointee.error = errno
      program.pointee.failed = index
      return 1
    }
    index += 1
  }
  if let next = program.pointee.next { startChild(next) }
  return 0
}
