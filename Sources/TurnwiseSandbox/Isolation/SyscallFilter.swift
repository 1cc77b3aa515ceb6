internal import Glibc

/// The seccomp program that every sandboxed process runs under.
///
/// The namespaces already keep a command from the host; the filter keeps it from the parts of the
/// kernel where holes were found most often, and from channels that no namespace covers (the kernel
/// keyring, sockets between virtual machines, terminal input).
package enum SyscallFilter {
  /// What happens to a call.
  package enum Verdict: Hashable {
    case allow
    case fail(Int32)
    /// Fails when the lower half of an argument has one of some bits.
    case failIfBits(UInt32, argument: UInt32, Int32)
    /// Fails unless the lower half of an argument has a value.
    case failUnless(UInt32, argument: UInt32, Int32)
    /// Fails when the lower half of an argument has one of two values.
    case failIf(UInt32, or: UInt32, argument: UInt32, Int32)
    /// Stops the caller until the host has answered.
    case ask
    /// Does so when the lower half of an argument has one of two values.
    case askIf(UInt32, or: UInt32, argument: UInt32)
    /// Fails when some bits of the lower half of an argument are exactly these.
    case failIfMasked(UInt32, equals: UInt32, argument: UInt32, Int32)
  }

  /// The ways to hold memory that no look from outside could count.
  private static let uncountedMemory: [(UInt32, Verdict)] = [
    // MAP_SHARED of MAP_ANONYMOUS: what is not mapped any more stays as long as one page of it is mapped.
    (mapNumber, .failIfMasked(0x2F, equals: 0x21, argument: 3, EPERM)),
    // SO_SNDBUF and SO_SNDBUFFORCE seem to succeed: programs that ask for more live with what there is.
    (setOptionNumber, .failIf(7, or: 32, argument: 2, 0)),
    // F_SETPIPE_SZ
    (fileControlNumber, .failIf(1031, or: 1031, argument: 1, EPERM)),
    // A page in a pipe keeps the whole huge page that it is part of.
    (splicePagesNumber, .fail(EPERM)),
    // Each of the landlock calls: a set of rules has no limit of its own.
    (444, .fail(ENOSYS)), (445, .fail(ENOSYS)), (446, .fail(ENOSYS)),
  ]

  private static let newNamespaces: UInt32 = 0x7E02_0000

  /// The calls that are not simply allowed, by number.
  static let rules: [UInt32: Verdict] = {
    var rules: [UInt32: Verdict] = [:]
    for number in denied { rules[number] = .fail(EPERM) }
    // glibc falls back to `clone`, whose flags are in a register and so can be looked at.
    rules[435] = .fail(ENOSYS)
    // What is in them counts as nobody's, and could fill the machine.
    rules[memoryFileNumber] = .fail(ENOSYS)
    for (number, verdict) in uncountedMemory { rules[number] = verdict }
    rules[cloneNumber] = .failIfBits(newNamespaces, argument: 0, EPERM)
    for number in socketNumbers {
      rules[number] = .failUnless(UInt32(AF_UNIX), argument: 0, EAFNOSUPPORT)
    }
    // PR_SET_PDEATHSIG: a shell that gave up dying with its host's thread would survive a killed host.
    rules[prctlNumber] = .failIf(1, or: 1, argument: 0, EPERM)
    // TIOCSTI and TIOCLINUX type into a terminal. The kernel ignores the upper half of the request,
    // and a filter that compared it was evaded (CVE-2019-10063).
    rules[ioctlNumber] = .failIf(0x5412, or: 0x541C, argument: 1, EPERM)
    return rules
  }()

  /// What is asked of the host besides: who writes to an output.
  ///
  /// ``OutputSupervisor`` answers.
  /// Forks are not asked for, although they would tell who is whose child: a signal ends the wait with
  /// an error that no program expects of a fork.
  private static let questions = Dictionary(
    uniqueKeysWithValues: writeNumbers.map { ($0, Verdict.askIf(1, or: 2, argument: 0)) })

  /// What happens to a call by a program of this architecture; one for another architecture, whose
  /// numbers mean something else, is killed.
  ///
  /// - Parameters:
  ///   - number: The number of the call.
  ///   - isAsking: Whether the host wants to be asked.
  /// - Returns: What happens.
  package static func verdict(on number: UInt32, isAsking: Bool) -> Verdict {
    if let foreignNumbers, foreignNumbers.contains(number) { return .fail(ENOSYS) }
    return (isAsking ? questions[number] : nil) ?? rules[number] ?? .allow
  }

  /// All numbers that are not simply allowed.
  static var numbers: [UInt32] { Array(rules.keys) + Array(questions.keys) }

  /// Whether the kernel can ask the host, and how it is told to: the flags of the call that installs
  /// the filter.
  static let askingFlags: Int? = {
    // SECCOMP_FILTER_FLAG_NEW_LISTENER, and the same so that nothing but death interrupts a caller
    // whose call was taken (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV). A program at no place is not
    // installed, but flags are looked at before.
    for flags in [0x28, 0x08] {
      do throws(Errno) { try Kernel.call(Kernel.Number.seccomp, 1, flags, 0) } catch {
        if error.code == EFAULT { return flags }
      }
    }
    return nil
  }()
}
