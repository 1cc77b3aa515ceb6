/// The numbers of the calls that the filter looks at, which differ between architectures.
extension SyscallFilter {
  #if arch(x86_64)
    package static let architecture: UInt32 = 0xC000_003E
    /// The x32 numbers of the same calls.
    static let foreignNumbers: PartialRangeFrom<UInt32>? = 0x4000_0000...
    static let cloneNumber: UInt32 = 56
    static let ioctlNumber: UInt32 = 16
    static let prctlNumber: UInt32 = 157
    static let socketNumbers: [UInt32] = [41, 53]  // socket, socketpair
    static let writeNumbers: [UInt32] = [1, 20]  // write, writev

    private static let deniedHere: [UInt32] = [
      101, 310, 311, 312,  // ptrace, process_vm_readv, process_vm_writev, kcmp
      155, 161, 165, 166,  // pivot_root, chroot, mount, umount2
      272, 308,  // unshare, setns
      298, 321, 323,  // perf_event_open, bpf, userfaultfd
      248, 249, 250,  // add_key, request_key, keyctl
      303, 304, 300,  // name_to_handle_at, open_by_handle_at, fanotify_init
      175, 176, 313, 246, 320,  // init_module, delete_module, finit_module, kexec_load, and _file
      167, 168, 169, 163, 179,  // swapon, swapoff, reboot, acct, quotactl
      103, 153, 154, 172, 173,  // syslog, vhangup, modify_ldt, iopl, ioperm
      29, 64, 68,  // shmget, semget, msgget: memory that belongs to no process
    ]
    /// Makes files of memory that are in no file system.
    static let memoryFileNumber: UInt32 = 319
    static let mapNumber: UInt32 = 9
    static let setOptionNumber: UInt32 = 54
    static let fileControlNumber: UInt32 = 72
    static let splicePagesNumber: UInt32 = 278  // vmsplice
  #else
    package static let architecture: UInt32 = 0xC000_00B7
    static let foreignNumbers: PartialRangeFrom<UInt32>? = nil
    static let cloneNumber: UInt32 = 220
    static let ioctlNumber: UInt32 = 29
    static let prctlNumber: UInt32 = 167
    static let socketNumbers: [UInt32] = [198, 199]  // socket, socketpair
    static let writeNumbers: [UInt32] = [64, 66]  // write, writev

    private static let deniedHere: [UInt32] = [
      117, 270, 271, 272,  // ptrace, process_vm_readv, process_vm_writev, kcmp
      41, 51, 40, 39,  // pivot_root, chroot, mount, umount2
      97, 268,  // unshare, setns
      241, 280, 282,  // perf_event_open, bpf, userfaultfd
      217, 218, 219,  // add_key, request_key, keyctl
      264, 265, 262,  // name_to_handle_at, open_by_handle_at, fanotify_init
      105, 106, 273, 104, 294,  // init_module, delete_module, finit_module, kexec_load, and _file
      224, 225, 142, 89, 60,  // swapon, swapoff, reboot, acct, quotactl
      116, 58,  // syslog, vhangup
      194, 190, 186,  // shmget, semget, msgget: memory that belongs to no process
    ]
    /// Makes files of memory that are in no file system.
    static let memoryFileNumber: UInt32 = 279
    static let mapNumber: UInt32 = 222
    static let setOptionNumber: UInt32 = 208
    static let fileControlNumber: UInt32 = 25
    static let splicePagesNumber: UInt32 = 75  // vmsplice
  #endif

  /// The calls that fail with "operation not permitted".
  static let denied: [UInt32] =
    deniedHere + [
      425, 426, 427,  // io_uring_setup, io_uring_enter, io_uring_register
      428, 429, 430, 431, 432, 433, 442, 467,  // open_tree to fspick, mount_setattr, open_tree_attr
      438, 440, 443, 447,  // pidfd_getfd, process_madvise, quotactl_fd, memfd_secret
    ]
}
