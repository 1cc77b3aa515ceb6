internal import Glibc

/// System calls that glibc wraps wrongly for us or not at all.
///
/// A credential belongs to a thread in the kernel, but glibc's wrappers change it in every thread of
/// the process; `syscall` does not. Swift imports no variadic C function, so `syscall` is looked up
/// and called as what it is on x86-64 and arm64: a function of seven machine words.
enum Kernel {
  private typealias Call = @convention(c) @Sendable (Int, Int, Int, Int, Int, Int, Int) -> Int

  private static let raw: Call? = dlsym(nil, "syscall").map { unsafeBitCast($0, to: Call.self) }

  /// The calls in use, by their numbers.
  struct Number {
    #if arch(x86_64)
      static let sigaction = 13
      static let sigprocmask = 14
      static let ioctl = 16
      static let writev = 20
      static let execve = 59
      static let chdir = 80
      static let umask = 95
      static let setsid = 112
      static let setgroups = 116
      static let setresuid = 117
      static let setresgid = 119
      static let capset = 126
      static let personality = 135
      static let prctl = 157
      static let mount = 165
      static let umount = 166
      static let sethostname = 170
      static let getdents = 217
      static let openat = 257
      static let unshare = 272
      static let eventfd = 290
      static let dup3 = 292
      static let pipe = 293
      static let prlimit = 302
      static let setns = 308
      static let processReadMemory = 310
      static let seccomp = 317
      static let memfdCreate = 319
    #elseif arch(arm64)
      static let eventfd = 19
      static let dup3 = 24
      static let ioctl = 29
      static let umount = 39
      static let mount = 40
      static let chdir = 49
      static let openat = 56
      static let pipe = 59
      static let getdents = 61
      static let writev = 66
      static let capset = 91
      static let personality = 92
      static let unshare = 97
      static let sigaction = 134
      static let sigprocmask = 135
      static let setresuid = 147
      static let setresgid = 149
      static let setsid = 157
      static let setgroups = 159
      static let sethostname = 161
      static let umask = 166
      static let prctl = 167
      static let execve = 221
      static let prlimit = 261
      static let setns = 268
      static let processReadMemory = 270
      static let seccomp = 277
      static let memfdCreate = 279
    #else
      #error("The sandbox knows the system calls of x86-64 and arm64 alone.")
    #endif
    static let pidfdSendSignal = 424
    static let pidfdOpen = 434
    static let closeRange = 436
    static let openat2 = 437
    static let pidfdGetfd = 438
  }

  /// Makes a system call.
  ///
  /// - Throws: The error number.
  @discardableResult
  static func call(
    _ number: Int, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0, _ e: Int = 0
  ) throws(Errno) -> Int {
    guard let raw else { throw Errno(ENOSYS) }
    while true {
      let result = raw(number, a, b, c, d, e, 0)
      if result != -1 { return result }
      if errno != EINTR { throw Errno(errno) }
    }
  }

  /// Returns a descriptor of a process, through which it can be waited for and killed although its
  /// number may be used again.
  static func openProcess(_ pid: pid_t) throws(Errno) -> Descriptor {
    Descriptor(Int32(try call(Number.pidfdOpen, Int(pid))))
  }

  /// Opens a path below a directory, through no link of any kind on the way or at its end.
  ///
  /// - Throws: The error number; `EXDEV` for a path that leads out, `ELOOP` for one with a link.
  static func open(
    beneath directory: Descriptor, _ path: some Sequence<UInt8>, _ flags: Int32, mode: Int = 0
  ) throws(Errno) -> Descriptor {
    let path = Array(path) + [0]
    // RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS, RESOLVE_BENEATH
    let resolve: UInt64 = 0x02 | 0x04 | 0x08
    let always = O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let how = [UInt64(UInt32(bitPattern: flags | always)), UInt64(mode), resolve]
    for _ in 0..<64 {
      let result = how.withUnsafeBytes { how in
        withPath(path) { path in
          Result { () throws(Errno) in
            try call(
              Number.openat2, Int(directory.raw), Int(bitPattern: path),
              Int(bitPattern: how.baseAddress), how.count)
          }
        }
      }
      switch result {
      case .success(let raw): return Descriptor(Int32(raw))
      // Something on the way was renamed just now. Whoever keeps renaming shall not keep us here.
      case .failure(let error) where error.code == EAGAIN: continue
      case .failure(let error): throw error
      }
    }
    throw Errno(EAGAIN)
  }

  /// Why nothing can be done safely here: one of the calls that older kernels do not have, and that
  /// containers forbid which do not know them; nil where all of them can be made.
  static let refusal: Sandbox.Refusal? = {
    let calls: [(name: String, attempt: () throws(Errno) -> Void)] = [
      (
        "openat2",
        { () throws(Errno) in
          let root = try Descriptor(opening: Glibc.open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
          _ = try open(beneath: root, ".".utf8, O_RDONLY | O_DIRECTORY)
        }
      ),
      (
        "pidfd_open",
        { () throws(Errno) in
          try call(Number.pidfdSendSignal, Int(try openProcess(getpid()).raw), 0)
        }
      ),
      // Of the numbers from the last one on, none is in use.
      (
        "close_range",
        { () throws(Errno) in try call(Number.closeRange, Int(UInt32.max), Int(UInt32.max)) }
      ),
    ]
    for (name, attempt) in calls {
      do throws(Errno) { try attempt() } catch  where [ENOSYS, EPERM, EINVAL].contains(error.code) {
        return Sandbox.Refusal(.missingCall, detail: "\(name): \(error)")
      } catch {
        // Too few descriptors, perhaps. Whoever needs one next will say so.
      }
    }
    return nil
  }()

  /// Kills the process behind a descriptor; one that has ended already is left alone.
  static func kill(_ process: Descriptor) {
    _ = try? call(Number.pidfdSendSignal, Int(process.raw), Int(SIGKILL))
  }

  /// Waits for the end of a child.
  ///
  /// - Returns: How it ended and the processor time it used, or nil where it is not, or no longer, a
  ///   child of ours.
  @discardableResult
  static func reap(_ child: pid_t) -> (status: WaitStatus, processorTime: Duration)? {
    var (status, usage) = (Int32(0), rusage())
    while wait4(child, &status, 0, &usage) < 0 {
      if errno != EINTR { return nil }
    }
    return (WaitStatus(status), usage.processorTime)
  }
}

/// How a process ended.
enum WaitStatus: Equatable {
  case exited(Int)
  case signaled(Int)

  /// Takes apart what `wait4` tells.
  init(_ raw: Int32) {
    let signal = raw & 0x7F
    self = signal == 0 ? .exited(Int(raw >> 8 & 0xFF)) : .signaled(Int(signal))
  }
}

/// A number that the kernel gave as the reason why a call failed.
struct Errno: Error, Hashable, CustomStringConvertible {
  let code: Int32
  init(_ code: Int32) { self.code = code }
  var description: String { String(cString: strerror(code)) }
}

extension rusage {
  fileprivate var processorTime: Duration {
    .seconds(ru_utime.tv_sec + ru_stime.tv_sec)
      + .microseconds(ru_utime.tv_usec + ru_stime.tv_usec)
  }
}
