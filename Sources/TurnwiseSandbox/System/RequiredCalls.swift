internal import Glibc

/// The system calls that the sandbox cannot work safely without.
///
/// Older kernels lack them, and containers whose filter does not know them forbid them.
enum RequiredCalls {
  /// The refusal that names the first call that cannot be made; nil if all can.
  static let refusal: Sandbox.Refusal? = {
    for (name, attempt) in attempts {
      do throws(Errno) { try attempt() } catch  where [ENOSYS, EPERM, EINVAL].contains(error.code) {
        return Sandbox.Refusal(.missingCall, detail: "\(name): \(error)")
      } catch {
        // Perhaps no descriptor is free. The next caller who needs one reports that.
      }
    }
    return nil
  }()

  private static var attempts: [(name: String, attempt: () throws(Errno) -> Void)] {
    [
      (
        "openat2",
        { () throws(Errno) in
          let root = try Descriptor(opening: open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
          _ = try Kernel.open(beneath: root, ".".utf8, O_RDONLY | O_DIRECTORY)
        }
      ),
      (
        "pidfd_open",
        { () throws(Errno) in
          try Kernel.call(.pidfdSendSignal, Int(try Kernel.openProcess(getpid()).raw), 0)
        }
      ),
      (
        "close_range",
        // No descriptor has this number.
        { () throws(Errno) in try Kernel.call(.closeRange, Int(UInt32.max), Int(UInt32.max)) }
      ),
    ]
  }
}
