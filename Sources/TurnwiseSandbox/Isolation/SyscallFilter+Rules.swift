internal import Glibc

/// The calls that the filter does not simply allow.
extension SyscallFilter {
  /// The verdicts by the number of the call.
  static let rules: [UInt32: Verdict] = {
    let fixed = denied.map { ($0, Verdict.fail(EPERM)) } + uncountedMemory + checkedArguments
    return byNumber(fixed)
  }()

  /// The calls that fail with "operation not permitted".
  private static let denied: [SystemCall] = {
    var denied: [SystemCall] = [
      .ptrace, .processReadMemory, .processWriteMemory, .kcmp, .pidfdGetfd, .processMadvise,
      .pivotRoot, .chroot, .mount, .umount2, .unshare, .setns,
      .openTree, .moveMount, .fsopen, .fsconfig, .fsmount, .fspick, .mountSetattr, .openTreeAttr,
      .perfEventOpen, .bpf, .userfaultfd, .ioUringSetup, .ioUringEnter, .ioUringRegister,
      .addKey, .requestKey, .keyctl,
      .nameToHandleAt, .openByHandleAt, .fanotifyInit, .quotactl, .quotactlFd,
      .initModule, .deleteModule, .finitModule, .kexecLoad, .kexecFileLoad,
      .swapon, .swapoff, .reboot, .acct, .syslog, .vhangup,
      // Memory that belongs to no process.
      .shmget, .semget, .msgget, .memfdSecret,
    ]
    #if arch(x86_64)
      denied += [.modifyLdt, .iopl, .ioperm]
    #endif
    return denied
  }()

  /// The calls that would use memory which the host cannot count.
  private static let uncountedMemory: [(SystemCall, Verdict)] = [
    // Pages of such a mapping remain after they are unmapped, as long as any page of it is mapped.
    (
      .mmap,
      .failIfMasked(
        LinuxConstant.mappingKindMask, equals: LinuxConstant.sharedAnonymousMapping, argument: 3,
        EPERM)
    ),
    // It seems to succeed, because programs that ask for a larger buffer work with the usual one.
    (
      .setsockopt,
      .failIf(LinuxConstant.sendBuffer, or: LinuxConstant.forcedSendBuffer, argument: 2, 0)
    ),
    (
      .fcntl,
      .failIf(LinuxConstant.setPipeSize, or: LinuxConstant.setPipeSize, argument: 1, EPERM)
    ),
    // A page in a pipe keeps all of the huge page that it is part of.
    (.vmsplice, .fail(EPERM)),
    // A set of rules has no limit of its own.
    (.landlockCreateRuleset, .fail(ENOSYS)), (.landlockAddRule, .fail(ENOSYS)),
    (.landlockRestrictSelf, .fail(ENOSYS)),
    // Such a file belongs to no process, and could fill the memory of the machine.
    (.memfdCreate, .fail(ENOSYS)),
  ]

  /// The calls that depend on an argument.
  private static let checkedArguments: [(SystemCall, Verdict)] = [
    (
      .clone,
      .failIfBits(
        UInt32(CloneFlags.allNamespaces.rawValue), argument: 0, EPERM)
    ),
    // glibc falls back to `clone`, whose flags are in a register, where the filter can see them.
    (.clone3, .fail(ENOSYS)),
    (.socket, .failUnless(UInt32(AF_UNIX), argument: 0, EAFNOSUPPORT)),
    (.socketpair, .failUnless(UInt32(AF_UNIX), argument: 0, EAFNOSUPPORT)),
    // A shell that would not die with the host's thread would survive a host that is killed.
    (
      .prctl,
      .failIf(
        UInt32(ProcessControl.setParentDeathSignal),
        or: UInt32(ProcessControl.setParentDeathSignal), argument: 0, EPERM)
    ),
    // Both requests type into a terminal. The kernel ignores the upper half of a request, and filters
    // that compared it could be evaded (CVE-2019-10063).
    (
      .ioctl,
      .failIf(
        UInt32(ControlRequest.simulateInput), or: UInt32(ControlRequest.consoleCommand),
        argument: 1, EPERM)
    ),
  ]
}
