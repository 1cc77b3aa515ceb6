/// A system call of Linux, by the number that the kernel of this architecture gives it.
///
/// The names are those of the kernel. Calls that were added since Linux 5.1 have one number on every
/// architecture.
struct SystemCall: Hashable, Sendable {
  /// The number of the call.
  let number: Int

  /// Creates a call whose number depends on the architecture.
  private init(x86: Int, arm: Int) {
    #if arch(x86_64)
      number = x86
    #elseif arch(arm64)
      number = arm
    #else
      #error("The sandbox supports the system calls of x86-64 and arm64 only.")
    #endif
  }

  /// Creates a call that has the same number on every architecture.
  private init(_ number: Int) { self.number = number }

  // MARK: - Processes and threads

  static let clone = SystemCall(x86: 56, arm: 220)
  static let clone3 = SystemCall(435)
  static let execve = SystemCall(x86: 59, arm: 221)
  static let kcmp = SystemCall(x86: 312, arm: 272)
  static let personality = SystemCall(x86: 135, arm: 92)
  static let pidfdGetfd = SystemCall(438)
  static let pidfdOpen = SystemCall(434)
  static let pidfdSendSignal = SystemCall(424)
  static let prctl = SystemCall(x86: 157, arm: 167)
  static let prlimit64 = SystemCall(x86: 302, arm: 261)
  static let processMadvise = SystemCall(440)
  static let processReadMemory = SystemCall(x86: 310, arm: 270)  // process_vm_readv
  static let processWriteMemory = SystemCall(x86: 311, arm: 271)  // process_vm_writev
  static let ptrace = SystemCall(x86: 101, arm: 117)
  static let rtSigaction = SystemCall(x86: 13, arm: 134)
  static let rtSigprocmask = SystemCall(x86: 14, arm: 135)
  static let setsid = SystemCall(x86: 112, arm: 157)
  static let umask = SystemCall(x86: 95, arm: 166)

  // MARK: - Privileges and namespaces

  static let capset = SystemCall(x86: 126, arm: 91)
  static let chroot = SystemCall(x86: 161, arm: 51)
  static let landlockAddRule = SystemCall(445)
  static let landlockCreateRuleset = SystemCall(444)
  static let landlockRestrictSelf = SystemCall(446)
  static let pivotRoot = SystemCall(x86: 155, arm: 41)
  static let seccomp = SystemCall(x86: 317, arm: 277)
  static let setgroups = SystemCall(x86: 116, arm: 159)
  static let sethostname = SystemCall(x86: 170, arm: 161)
  static let setns = SystemCall(x86: 308, arm: 268)
  static let setresgid = SystemCall(x86: 119, arm: 149)
  static let setresuid = SystemCall(x86: 117, arm: 147)
  static let unshare = SystemCall(x86: 272, arm: 97)

  // MARK: - Files and descriptors

  static let chdir = SystemCall(x86: 80, arm: 49)
  static let closeRange = SystemCall(436)
  static let dup3 = SystemCall(x86: 292, arm: 24)
  static let eventfd2 = SystemCall(x86: 290, arm: 19)
  static let fanotifyInit = SystemCall(x86: 300, arm: 262)
  static let fcntl = SystemCall(x86: 72, arm: 25)
  static let getdents64 = SystemCall(x86: 217, arm: 61)
  static let ioctl = SystemCall(x86: 16, arm: 29)
  static let nameToHandleAt = SystemCall(x86: 303, arm: 264)
  static let openByHandleAt = SystemCall(x86: 304, arm: 265)
  static let openat = SystemCall(x86: 257, arm: 56)
  static let openat2 = SystemCall(437)
  static let pipe2 = SystemCall(x86: 293, arm: 59)
  static let quotactl = SystemCall(x86: 179, arm: 60)
  static let quotactlFd = SystemCall(443)
  static let vhangup = SystemCall(x86: 153, arm: 58)
  static let vmsplice = SystemCall(x86: 278, arm: 75)
  static let write = SystemCall(x86: 1, arm: 64)
  static let writev = SystemCall(x86: 20, arm: 66)

  // MARK: - Mounts

  static let fsconfig = SystemCall(431)
  static let fsmount = SystemCall(432)
  static let fsopen = SystemCall(430)
  static let fspick = SystemCall(433)
  static let mount = SystemCall(x86: 165, arm: 40)
  static let mountSetattr = SystemCall(442)
  static let moveMount = SystemCall(429)
  static let openTree = SystemCall(428)
  static let openTreeAttr = SystemCall(467)
  static let umount2 = SystemCall(x86: 166, arm: 39)

  // MARK: - Memory, sockets and communication between processes

  static let memfdCreate = SystemCall(x86: 319, arm: 279)
  static let memfdSecret = SystemCall(447)
  static let mmap = SystemCall(x86: 9, arm: 222)
  static let msgget = SystemCall(x86: 68, arm: 186)
  static let semget = SystemCall(x86: 64, arm: 190)
  static let setsockopt = SystemCall(x86: 54, arm: 208)
  static let shmget = SystemCall(x86: 29, arm: 194)
  static let socket = SystemCall(x86: 41, arm: 198)
  static let socketpair = SystemCall(x86: 53, arm: 199)
  static let userfaultfd = SystemCall(x86: 323, arm: 282)

  // MARK: - Kernel and machine

  static let acct = SystemCall(x86: 163, arm: 89)
  static let addKey = SystemCall(x86: 248, arm: 217)
  static let bpf = SystemCall(x86: 321, arm: 280)
  static let deleteModule = SystemCall(x86: 176, arm: 106)
  static let finitModule = SystemCall(x86: 313, arm: 273)
  static let initModule = SystemCall(x86: 175, arm: 105)
  static let ioUringEnter = SystemCall(426)
  static let ioUringRegister = SystemCall(427)
  static let ioUringSetup = SystemCall(425)
  static let kexecFileLoad = SystemCall(x86: 320, arm: 294)
  static let kexecLoad = SystemCall(x86: 246, arm: 104)
  static let keyctl = SystemCall(x86: 250, arm: 219)
  static let perfEventOpen = SystemCall(x86: 298, arm: 241)
  static let reboot = SystemCall(x86: 169, arm: 142)
  static let requestKey = SystemCall(x86: 249, arm: 218)
  static let swapoff = SystemCall(x86: 168, arm: 225)
  static let swapon = SystemCall(x86: 167, arm: 224)
  static let syslog = SystemCall(x86: 103, arm: 116)
  #if arch(x86_64)
    static let ioperm = SystemCall(173)
    static let iopl = SystemCall(172)
    static let modifyLdt = SystemCall(154)
  #endif
}
