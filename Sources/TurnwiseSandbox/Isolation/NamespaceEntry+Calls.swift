internal import Glibc

/// The system calls of the inner process, by what they are for.
extension NamespaceEntry {
  /// Starts a session, mounts the file systems and hides files of the host.
  static func mountCalls(_ memory: EntryMemory) -> [ChildCall] {
    let temporary: MountFlags = [.noSetUser, .noDevices]
    let all = temporary.union(.noPrograms)
    let (proc, tmpfs, size) = (memory.proc, memory.tmpfs, memory.fileSystemSize)
    return [
      ChildCall(.preparing, .setsid),
      ChildCall(.mounting, .mount, proc, memory.processesPath, proc, all.rawValue),
      ChildCall(
        .mounting, .mount, tmpfs, memory.temporaryPath, tmpfs, temporary.rawValue, size),
      ChildCall(
        .mounting, .mount, tmpfs, memory.workspacePath, tmpfs, temporary.rawValue, size),
      ChildCall(.preparing, .chdir, memory.workspacePath),
    ]
      // Not every kernel has all of the hidden files.
      + memory.hiddenFiles.map { file in
        ChildCall(
          .mounting, .mount, memory.nullDevice, file, 0, MountFlags.bind.rawValue,
          isRequired: false)
      }
  }

  /// Resets what the process inherits from the host: file mode mask and signal handling.
  static func resetCalls(_ memory: EntryMemory) -> [ChildCall] {
    [ChildCall(.preparing, .umask, 0o022)]
      + (1...LinuxConstant.lastSignal).map { signal in
        ChildCall(
          .preparing, .rtSigaction, signal, memory.zeros, 0, LinuxConstant.signalSetBytes,
          isRequired: false)
      }
  }

  /// Drops all rights, for good, and makes the process die with the host's thread.
  static func rightsCalls(_ memory: EntryMemory) -> [ChildCall] {
    // Older kernels know fewer capabilities.
    (0..<LinuxConstant.capabilityCount).map { capability in
      ChildCall(
        .rights, .prctl, ProcessControl.dropBoundingCapability, capability, isRequired: false)
    } + [
      ChildCall(
        .rights, .prctl, ProcessControl.ambientCapabilities,
        ProcessControl.clearAmbientCapabilities),
      ChildCall(.rights, .capset, memory.capabilityHeader, memory.zeros),
      ChildCall(.rights, .prctl, ProcessControl.setNoNewPrivileges, 1),
      ChildCall(.rights, .prctl, ProcessControl.setParentDeathSignal, Int(SIGKILL)),
      ChildCall(
        .preparing, .rtSigprocmask, Int(SIG_SETMASK), memory.zeros, 0,
        LinuxConstant.signalSetBytes),
    ]
  }
}

/// The memory that the calls of a ``NamespaceEntry`` point to; its properties are addresses.
final class EntryMemory {
  private let strings: CStrings
  private let words: UnsafeMutablePointer<Int>

  /// The types of the file systems `proc` and `tmpfs`.
  let proc, tmpfs: Int
  let processesPath, temporaryPath, workspacePath: Int
  /// The mount options that limit the size of a file system.
  let fileSystemSize: Int
  /// The path of the null device.
  let nullDevice: Int
  /// The paths of files that no namespace covers, and that would show the keys of the host, its kernel
  /// and when it was started.
  let hiddenFiles: [Int]
  /// Zeros, which mean an empty set of signals, the default action, and no capabilities.
  let zeros: Int
  /// The header of a call about capabilities: version and process.
  let capabilityHeader: Int
  /// The resources that are limited, each with the address of its soft and hard limit.
  let resources: [(resource: Int, address: Int)]

  /// The number of zero words, more than any of the calls reads.
  private static let zeroWords = 8
  private static let headerWords = 8

  init(_ limits: Sandbox.Limits) {
    // The kernel needs memory for names which no file shows, so their number is limited. It is far
    // higher than the number of entries that may remain.
    let size =
      "size=\(limits.workspaceBytes),nr_inodes=\(17 * limits.workspaceEntries + 64),mode=755"
    let hidden = [
      "/proc/keys", "/proc/key-users", "/proc/cmdline", "/proc/config.gz",
      "/proc/sys/kernel/random/boot_id",
    ]
    let strings = CStrings(
      [
        "proc", "tmpfs", "/proc", SandboxLayout.temporaryPath, SandboxLayout.workspacePath, size,
        "/dev/null",
      ] + hidden)
    self.strings = strings
    (proc, tmpfs) = (strings[0], strings[1])
    (processesPath, temporaryPath, workspacePath) = (strings[2], strings[3], strings[4])
    (fileSystemSize, nullDevice) = (strings[5], strings[6])
    hiddenFiles = hidden.indices.map { strings[7 + $0] }

    let resourceLimits = limits.kernelLimits
    let firstLimit = Self.zeroWords + Self.headerWords
    let count = firstLimit + 2 * resourceLimits.count
    words = .allocate(capacity: count)
    words.initialize(repeating: 0, count: count)
    zeros = Int(bitPattern: words)
    words[Self.zeroWords] = LinuxConstant.capabilityVersion
    capabilityHeader = Int(bitPattern: words + Self.zeroWords)
    var resources: [(resource: Int, address: Int)] = []
    for (index, (resource, limit)) in resourceLimits.enumerated() {
      let pair = words + (firstLimit + 2 * index)
      (pair[0], pair[1]) = (limit, limit)
      resources.append((resource, Int(bitPattern: pair)))
    }
    self.resources = resources
  }

  deinit { words.deallocate() }
}
