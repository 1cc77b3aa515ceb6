internal import Glibc

/// System calls that glibc does not wrap, or wraps in a way that the sandbox cannot use.
///
/// In the kernel, users and groups belong to a thread, but the wrappers of glibc change them in every
/// thread of the process; `syscall` does not. Swift imports no variadic C function. So `syscall` is
/// looked up and called as what it is on x86-64 and arm64: a function of seven machine words.
enum Kernel {
  private typealias Call = @convention(c) @Sendable (Int, Int, Int, Int, Int, Int, Int) -> Int

  private static let raw: Call? = dlsym(nil, "syscall").map { unsafeBitCast($0, to: Call.self) }

  /// Makes a system call, again if a signal interrupts it.
  ///
  /// - Throws: The error number.
  @discardableResult
  static func call(
    _ call: SystemCall, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, _ d: Int = 0, _ e: Int = 0
  ) throws(Errno) -> Int {
    guard let raw else { throw Errno(ENOSYS) }
    while true {
      let result = raw(call.number, a, b, c, d, e, 0)
      if result != -1 { return result }
      if errno != EINTR { throw Errno(errno) }
    }
  }

  /// Opens a path below a directory without following any link.
  ///
  /// - Throws: The error number: `EXDEV` if the path leads out of the directory, `ELOOP` if a link is
  ///   on the way or at the end.
  static func open(
    beneath directory: Descriptor, _ path: some Sequence<UInt8>, _ flags: Int32, mode: Int = 0
  ) throws(Errno) -> Descriptor {
    let path = Array(path) + [0]
    let always = O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let how = [
      UInt64(UInt32(bitPattern: flags | always)), UInt64(mode), LinuxConstant.resolveBeneath,
    ]
    // The kernel answers EAGAIN if something on the way was renamed meanwhile. The number of
    // attempts is limited, because an agent could keep renaming.
    for _ in 0..<64 {
      let result = how.withUnsafeBytes { how in
        withPath(path) { path in
          Result { () throws(Errno) in
            try call(
              .openat2, Int(directory.raw), Int(bitPattern: path),
              Int(bitPattern: how.baseAddress), how.count)
          }
        }
      }
      switch result {
      case .success(let raw): return Descriptor(Int32(raw))
      case .failure(let error) where error.code == EAGAIN: continue
      case .failure(let error): throw error
      }
    }
    throw Errno(EAGAIN)
  }

  // MARK: - Processes

  /// Opens a process.
  ///
  /// Through the descriptor the process can be waited for and killed. Its number could meanwhile
  /// belong to another process.
  static func openProcess(_ pid: pid_t) throws(Errno) -> Descriptor {
    Descriptor(Int32(try call(.pidfdOpen, Int(pid))))
  }

  /// Kills an open process; does nothing if it has ended.
  static func kill(_ process: Descriptor) {
    _ = try? call(.pidfdSendSignal, Int(process.raw), Int(SIGKILL))
  }

  /// Waits for the end of a child process.
  ///
  /// - Returns: How it ended and the processor time that it used, or nil if it is not, or no longer,
  ///   a child of this process.
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

  /// Decodes a status of `wait4`.
  init(_ raw: Int32) {
    let signal = raw & 0x7F
    self = signal == 0 ? .exited(Int(raw >> 8 & 0xFF)) : .signaled(Int(signal))
  }
}

extension rusage {
  fileprivate var processorTime: Duration {
    .seconds(ru_utime.tv_sec + ru_stime.tv_sec)
      + .microseconds(ru_utime.tv_usec + ru_stime.tv_usec)
  }
}
