internal import Glibc

/// A system call that was received from a seccomp listener, and whose caller waits for the answer.
struct NotifiedCall {
  private let id: UInt64
  /// The number of the calling thread on the host; 0 if the host cannot see it.
  let thread: pid_t
  /// The number of the system call.
  let number: Int32
  /// The first three arguments.
  let arguments: (Int, Int, Int)

  /// Receives the next call.
  ///
  /// - Returns: Nil if the caller has ended meanwhile.
  init?(from listener: Descriptor) throws(Errno) {
    // `struct seccomp_notif`: id, thread and flags; then number, architecture, instruction pointer
    // and six arguments.
    var words = [UInt64](repeating: 0, count: 10)
    let received = words.withUnsafeMutableBytes { words in
      Result { () throws(Errno) in
        try Kernel.call(
          .ioctl, Int(listener.raw), ControlRequest.receiveNotification,
          Int(bitPattern: words.baseAddress))
      }
    }
    do throws(Errno) { _ = try received.get() } catch  where error.code == ENOENT { return nil }
    id = words[0]
    thread = pid_t(truncatingIfNeeded: words[1])
    number = Int32(truncatingIfNeeded: words[2])
    arguments = (
      Int(truncatingIfNeeded: words[4]), Int(truncatingIfNeeded: words[5]),
      Int(truncatingIfNeeded: words[6])
    )
  }

  /// Lets the kernel perform the call.
  func resume(_ listener: Descriptor) {
    _ = answer(listener, 0, flags: Seccomp.continueCall)
  }

  /// Returns `value` to the caller instead of performing the call.
  ///
  /// - Returns: Whether the caller was still waiting.
  func finish(_ listener: Descriptor, returning value: Int) -> Bool {
    answer(listener, value, flags: 0)
  }

  private func answer(_ listener: Descriptor, _ value: Int, flags: UInt64) -> Bool {
    // `struct seccomp_notif_resp`: id, value, and error and flags in one word.
    let words = [id, UInt64(bitPattern: Int64(value)), flags << 32]
    return words.withUnsafeBytes { words in
      (try? Kernel.call(
        .ioctl, Int(listener.raw), ControlRequest.sendAnswer, Int(bitPattern: words.baseAddress)))
        != nil
    }
  }
}
