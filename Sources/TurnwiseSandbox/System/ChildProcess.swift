internal import Glibc

/// A system call that a new process makes before it becomes a program.
struct ChildCall {
  /// What the calls are for, to tell what went wrong.
  enum Stage { case starting, entering, mounting, preparing, rights, filtering, program }

  let stage: Stage
  let number: Int
  var arguments: (Int, Int, Int, Int, Int)
  /// Whether the process gives up where the call fails.
  var isRequired = true
  /// What the call returned.
  var result = -1

  init(
    _ stage: Stage, _ number: Int, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0,
    _ e: Int = 0, isRequired: Bool = true
  ) {
    (self.stage, self.number, self.isRequired) = (stage, number, isRequired)
    arguments = (a, b, c, d, e)
  }
}

/// A process that makes system calls from a list, as `posix_spawn` does for the few that it knows.
///
/// Until it becomes a program it shares the memory of the host, whose thread stands still meanwhile.
/// So it costs no copy of the host's memory, however large that is, and it touches nothing but raw
/// memory of its own and the stack that is made for it.
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
    /// What the process starts when its calls are made.
    var next: UnsafeMutablePointer<Program>?
    /// The number of the process that this program ran in.
    var process: pid_t = -1
    /// The call that failed, or `count` where it was the start itself; -1 where none did.
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
  ///   - calls: What it does.
  ///   - flags: Those of `clone`; memory is shared and the caller waits in any case.
  ///   - next: What it starts after its calls.
  /// - Throws: The error number where the system has not what this needs.
  init(_ calls: [ChildCall], flags: Int32, next: ChildProcess? = nil) throws(Errno) {
    guard let functions = Self.functions else { throw Errno(ENOSYS) }
    let list = UnsafeMutablePointer<ChildCall>.allocate(capacity: calls.count)
    list.initialize(from: calls, count: calls.count)
    program = .allocate(capacity: 1)
    program.initialize(
      to: Program(
        calls: list, count: calls.count,
        stack: .allocate(byteCount: Self.stackBytes, alignment: 4096), flags: flags,
        next: next?.program, call: functions.call, clone: functions.clone))
  }

  deinit {
    program.pointee.stack.deallocate()
    program.pointee.calls.deallocate()
    program.deallocate()
  }

  /// The calls, whose arguments may be changed before the process starts.
  subscript(index: Int) -> ChildCall {
    get { program.pointee.calls[index] }
    set { program.pointee.calls[index] = newValue }
  }

  /// The number of the process, where it was started.
  var process: pid_t { program.pointee.process }

  /// What went wrong, and where.
  var failure: (stage: ChildCall.Stage, error: Errno)? {
    let failed = program.pointee.failed
    guard failed >= 0 else { return nil }
    let call = failed < program.pointee.count ? program.pointee.calls[failed] : nil
    return (call?.stage ?? .starting, Errno(program.pointee.error))
  }

  /// Starts the process, and returns when it, and what it starts, has ended or become a program.
  func start() {
    for next in sequence(first: program, next: { $0.pointee.next }) {
      (next.pointee.process, next.pointee.failed) = (-1, -1)
      for index in 0..<next.pointee.count { next.pointee.calls[index].result = -1 }
    }
    // A handler of the host that ran in the child would change the host's memory.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    startChild(program)
    pthread_sigmask(SIG_SETMASK, &before, nil)
  }
}

private func startChild(_ program: UnsafeMutablePointer<ChildProcess.Program>) {
  let always: Int32 = 0x100 | 0x4000 | SIGCHLD  // CLONE_VM, CLONE_VFORK
  let stack = program.pointee.stack + ChildProcess.stackBytes
  program.pointee.process = program.pointee.clone(
    runChild, stack, program.pointee.flags | always, program, 0, 0, 0)
  if program.pointee.process < 0 {
    program.pointee.error = errno
    program.pointee.failed = program.pointee.count
  }
}

/// What a child does: pointers and system calls, no object and no allocation.
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
