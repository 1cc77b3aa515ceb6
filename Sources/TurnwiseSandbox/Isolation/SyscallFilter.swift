internal import Glibc

/// The seccomp filter that every process of a command runs under.
///
/// The namespaces separate a command from the host. The filter separates it from the parts of the
/// kernel in which vulnerabilities were found most often, and from channels that no namespace covers:
/// the keyring of the kernel, sockets between virtual machines, terminal input.
package enum SyscallFilter {
  /// What happens to a call.
  package enum Verdict: Hashable {
    /// The kernel performs it.
    case allow
    /// It fails with an error number; with 0 it seems to succeed.
    case fail(Int32)
    /// It fails if the lower half of an argument has any of some bits.
    case failIfBits(UInt32, argument: UInt32, Int32)
    /// It fails unless the lower half of an argument has a value.
    case failUnless(UInt32, argument: UInt32, Int32)
    /// It fails if the lower half of an argument has one of two values.
    case failIf(UInt32, or: UInt32, argument: UInt32, Int32)
    /// It fails if the lower half of an argument, reduced to a mask, has a value.
    case failIfMasked(UInt32, equals: UInt32, argument: UInt32, Int32)
    /// The caller waits until the host has answered.
    case notify
    /// The caller waits if the lower half of an argument has one of two values.
    case notifyIf(UInt32, or: UInt32, argument: UInt32)
  }

  #if arch(x86_64)
    package static let architecture: UInt32 = 0xC000_003E  // AUDIT_ARCH_X86_64
    /// The numbers of the same calls for x32 programs.
    static let foreignNumbers: PartialRangeFrom<UInt32>? = 0x4000_0000...
  #else
    package static let architecture: UInt32 = 0xC000_00B7  // AUDIT_ARCH_AARCH64
    static let foreignNumbers: PartialRangeFrom<UInt32>? = nil
  #endif

  /// The calls that are announced to the host: those that write to an output.
  ///
  /// ``OutputSupervisor`` answers them. Forks are not announced, although they would show which
  /// process is the parent: a signal ends the wait with an error that no program expects of a fork.
  private static let notifications: [UInt32: Verdict] = {
    let writesToOutput = Verdict.notifyIf(
      UInt32(STDOUT_FILENO), or: UInt32(STDERR_FILENO), argument: 0)
    return byNumber([.write, .writev].map { ($0, writesToOutput) })
  }()

  /// Returns what happens to a call.
  ///
  /// Calls of a program for another architecture, in which the numbers mean other calls, kill it.
  ///
  /// - Parameters:
  ///   - number: The number of the call.
  ///   - notifiesHost: Whether calls that write output are announced to the host.
  /// - Returns: The verdict.
  package static func verdict(on number: UInt32, notifiesHost: Bool) -> Verdict {
    if let foreignNumbers, foreignNumbers.contains(number) { return .fail(ENOSYS) }
    return (notifiesHost ? notifications[number] : nil) ?? rules[number] ?? .allow
  }

  /// The numbers of all calls that are not simply allowed.
  static var numbers: [UInt32] { Array(rules.keys) + Array(notifications.keys) }

  /// Keys verdicts by the numbers of their calls.
  static func byNumber(_ verdicts: [(SystemCall, Verdict)]) -> [UInt32: Verdict] {
    Dictionary(verdicts.map { (UInt32($0.0.number), $0.1) }) { $1 }
  }

  /// The flags with which the filter is installed so that it announces calls; nil if this kernel
  /// cannot.
  static let listenerFlags: Int? = {
    for flags in [Seccomp.newListener | Seccomp.waitKillable, Seccomp.newListener] {
      // A filter at address 0 is not installed, but the kernel checks the flags before that.
      do throws(Errno) {
        try Kernel.call(.seccomp, Seccomp.installFilter, flags, 0)
      } catch {
        if error.code == EFAULT { return flags }
      }
    }
    return nil
  }()
}
