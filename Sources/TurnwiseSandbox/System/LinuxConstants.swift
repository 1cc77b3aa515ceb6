/// Flags of `clone`, `unshare` and `setns`.
struct CloneFlags: OptionSet {
  let rawValue: Int

  /// The child shares the memory of its parent (`CLONE_VM`).
  static let sharedMemory = CloneFlags(rawValue: 0x100)
  /// The child shares the descriptors of its parent (`CLONE_FILES`).
  static let sharedDescriptors = CloneFlags(rawValue: 0x400)
  /// The parent waits until the child runs another program or ends (`CLONE_VFORK`).
  static let waitingParent = CloneFlags(rawValue: 0x4000)
  /// The child gets the parent of the process that creates it (`CLONE_PARENT`).
  static let sameParent = CloneFlags(rawValue: 0x8000)
  /// A new mount namespace (`CLONE_NEWNS`).
  static let mounts = CloneFlags(rawValue: 0x0002_0000)
  /// A new namespace of control groups (`CLONE_NEWCGROUP`).
  static let controlGroups = CloneFlags(rawValue: 0x0200_0000)
  /// A new namespace of host and domain name (`CLONE_NEWUTS`).
  static let hostName = CloneFlags(rawValue: 0x0400_0000)
  /// A new namespace of System V objects and message queues (`CLONE_NEWIPC`).
  static let ipc = CloneFlags(rawValue: 0x0800_0000)
  /// A new namespace of users and groups (`CLONE_NEWUSER`).
  static let users = CloneFlags(rawValue: 0x1000_0000)
  /// A new namespace of process numbers (`CLONE_NEWPID`).
  static let processes = CloneFlags(rawValue: 0x2000_0000)
  /// A new network namespace (`CLONE_NEWNET`).
  static let network = CloneFlags(rawValue: 0x4000_0000)

  /// Every namespace that a process can create.
  static let allNamespaces: CloneFlags = [
    .mounts, .controlGroups, .hostName, .ipc, .users, .processes, .network,
  ]
}

/// Flags of `mount`.
struct MountFlags: OptionSet {
  let rawValue: Int

  static let readOnly = MountFlags(rawValue: 1)  // MS_RDONLY
  static let noSetUser = MountFlags(rawValue: 2)  // MS_NOSUID
  static let noDevices = MountFlags(rawValue: 4)  // MS_NODEV
  static let noPrograms = MountFlags(rawValue: 8)  // MS_NOEXEC
  static let remount = MountFlags(rawValue: 0x20)  // MS_REMOUNT
  static let bind = MountFlags(rawValue: 0x1000)  // MS_BIND
  static let recursive = MountFlags(rawValue: 0x4000)  // MS_REC
  static let `private` = MountFlags(rawValue: 0x4_0000)  // MS_PRIVATE

  /// Detaches a mount from the tree at once (`MNT_DETACH`, a flag of `umount2`).
  static let detach = 2
}

/// Options of `prctl`.
enum ProcessControl {
  static let setParentDeathSignal = 1  // PR_SET_PDEATHSIG
  static let dropBoundingCapability = 24  // PR_CAPBSET_DROP
  static let setNoNewPrivileges = 38  // PR_SET_NO_NEW_PRIVS
  static let ambientCapabilities = 47  // PR_CAP_AMBIENT
  static let clearAmbientCapabilities = 4  // PR_CAP_AMBIENT_CLEAR_ALL
}

/// Requests of `ioctl`.
enum ControlRequest {
  static let receiveNotification = 0xC050_2100  // SECCOMP_IOCTL_NOTIF_RECV
  static let sendAnswer = 0xC018_2101  // SECCOMP_IOCTL_NOTIF_SEND
  static let setListenerFlags = 0x4008_2104  // SECCOMP_IOCTL_NOTIF_SET_FLAGS
  static let processInformation = 0xC040_FF0B  // PIDFD_GET_INFO
  static let simulateInput = 0x5412  // TIOCSTI
  static let consoleCommand = 0x541C  // TIOCLINUX
}

/// Arguments and results of `seccomp`.
enum Seccomp {
  static let installFilter = 1  // SECCOMP_SET_MODE_FILTER
  /// Returns a descriptor from which calls can be received (`SECCOMP_FILTER_FLAG_NEW_LISTENER`).
  static let newListener = 0x08
  /// Only a deadly signal interrupts a call that was received
  /// (`SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV`).
  static let waitKillable = 0x20
  /// The thread that is woken runs on the processor of the thread that wakes it
  /// (`SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`).
  static let synchronousWakeUp = 1
  /// The answer to a received call that lets the kernel perform it
  /// (`SECCOMP_USER_NOTIF_FLAG_CONTINUE`).
  static let continueCall: UInt64 = 1

  // What a filter program returns.
  static let killProcess: UInt32 = 0x8000_0000  // SECCOMP_RET_KILL_PROCESS
  static let fail: UInt32 = 0x0005_0000  // SECCOMP_RET_ERRNO
  static let notify: UInt32 = 0x7FC0_0000  // SECCOMP_RET_USER_NOTIF
  static let allow: UInt32 = 0x7FFF_0000  // SECCOMP_RET_ALLOW
}

/// Other numbers of Linux that the Glibc module does not import.
enum LinuxConstant {
  /// Gives a process the same memory addresses in each run (`ADDR_NO_RANDOMIZE`).
  static let fixedAddresses = 0x0004_0000
  /// Version 3 of the interface to capabilities (`_LINUX_CAPABILITY_VERSION_3`).
  static let capabilityVersion = 0x2008_0522
  /// The largest number of a capability that a kernel may know, and 1.
  static let capabilityCount = 64
  /// The largest number of a signal.
  static let lastSignal = 64
  /// The size of a set of signals in the kernel, in bytes.
  static let signalSetBytes = 8
  /// Gives the process its own table of descriptors first (`CLOSE_RANGE_UNSHARE`).
  static let closeRangeUnshare = 2
  /// Closes the descriptor when another program is run (`MFD_CLOEXEC`).
  static let memoryFileCloseOnExec = 1
  /// Opens a thread that need not be the first of its process (`PIDFD_THREAD`).
  static let pidfdThread = 0x80
  /// Asks for the numbers of a process (`PIDFD_INFO_PID`).
  static let pidfdInfoNumbers: UInt32 = 1
  /// Starts a new session (`POSIX_SPAWN_SETSID`).
  static let spawnNewSession: Int32 = 0x80
  /// Resolves a path without links and without leaving its directory
  /// (`RESOLVE_NO_MAGICLINKS`, `RESOLVE_NO_SYMLINKS`, `RESOLVE_BENEATH`).
  static let resolveBeneath: UInt64 = 0x02 | 0x04 | 0x08
  /// Changes how much a pipe can hold (`F_SETPIPE_SZ`).
  static let setPipeSize: UInt32 = 1031
  /// Changes how much a socket can send (`SO_SNDBUF`).
  static let sendBuffer: UInt32 = 7
  /// The same above the limit of the machine (`SO_SNDBUFFORCE`).
  static let forcedSendBuffer: UInt32 = 32
  /// The type of a mapping (`MAP_TYPE`) and whether it has no file (`MAP_ANONYMOUS`).
  static let mappingKindMask: UInt32 = 0x0F | 0x20
  /// A shared mapping that has no file (`MAP_SHARED`, `MAP_ANONYMOUS`).
  static let sharedAnonymousMapping: UInt32 = 0x01 | 0x20
}
