internal import Glibc

/// The way from a thread of the host into a sandbox: a process that is the first of a world of its own.
///
/// bubblewrap made the walls: the root directory, the user namespace, the network. Inside of them each
/// command gets namespaces of processes, mounts and IPC that nothing was in before, with empty file
/// systems in `/workspace` and `/tmp`, and gives up every right before the shell starts. When its first
/// process ends, the kernel takes all of it away. So what one command leaves for the next can only be
/// what the host carries over.
final class Entrance {
  /// What came of it: the first process, and its directories.
  struct World {
    let process: pid_t
    let handle: Descriptor
    let workspace, temporary, processes: Descriptor
    /// Where the host is asked who writes; nil where nobody asks.
    ///
    /// ``OutputSupervisor`` answers.
    let listener: Descriptor?
  }

  private let walls: ChildProcess
  private let inside: ChildProcess
  private let directories: Range<Int>
  private let firstSource: Int
  /// Memory that the calls point to.
  private let strings: CStrings
  private let filters: (asking: Filter, silent: Filter)
  private let filterCall: Int
  /// Whether the filter asks the host.
  private var isAsking: Bool
  private let words: UnsafeMutablePointer<Int>

  /// Prepares the calls.
  ///
  /// - Parameters:
  ///   - limits: The room in the file systems.
  ///   - isRootPrepared: Whether network, host name and control groups are those of the thread.
  ///   - isAsking: Whether the host answers who writes to an output, where the kernel can ask.
  ///   - program: What is started, and its arguments.
  ///   - environment: Its environment.
  /// - Throws: The error number where the system has not what this needs.
  init(
    _ limits: Sandbox.Limits, isRootPrepared: Bool, isAsking: Bool, program: CStrings,
    environment: CStrings
  ) throws(Errno) {
    // Far more names than may be left, for which the kernel keeps memory that no file shows.
    let size =
      "size=\(limits.workspaceBytes),nr_inodes=\(17 * limits.workspaceEntries + 64),mode=755"
    strings = CStrings([
      "proc", "tmpfs", "/proc", "/tmp", Launch.workspacePath, size, "/dev/null", "/proc/keys",
      "/proc/key-users", "/proc/cmdline", "/proc/config.gz", "/proc/sys/kernel/random/boot_id",
    ])
    let (proc, tmpfs, processes, temporary, workspace, options) = (
      strings[0], strings[1], strings[2], strings[3], strings[4], strings[5]
    )
    filters = (Filter(isAsking: true), Filter(isAsking: false))
    self.isAsking = isAsking && SyscallFilter.askingFlags != nil
    // Zeros for an empty signal mask, default actions and no capabilities; then what the kernel wants
    // to be told of capabilities (version 3 of the interface), and limits.
    let resources = Launch.resources(limits)
    words = .allocate(capacity: 16 + 2 * resources.count)
    words.initialize(repeating: 0, count: 16 + 2 * resources.count)
    words[8] = 0x2008_0522
    let (zeros, version) = (Int(bitPattern: words), Int(bitPattern: words + 8))

    var calls: [ChildCall] = [
      ChildCall(.preparing, Kernel.Number.setsid),
      // MS_NOSUID, MS_NODEV, MS_NOEXEC
      ChildCall(.mounting, Kernel.Number.mount, proc, processes, proc, 2 | 4 | 8),
      ChildCall(.mounting, Kernel.Number.mount, tmpfs, temporary, tmpfs, 2 | 4, options),
      ChildCall(.mounting, Kernel.Number.mount, tmpfs, workspace, tmpfs, 2 | 4, options),
      ChildCall(.preparing, Kernel.Number.chdir, workspace),
    ]
    // The names of the host's keys, its start and its kernel, which no namespace covers. MS_BIND; not
    // every kernel has all of them.
    for name in 7...11 {
      calls.append(
        ChildCall(
          .mounting, Kernel.Number.mount, strings[6], strings[name], 0, 0x1000, isRequired: false))
    }
    directories = calls.count..<calls.count + 3
    for path in [workspace, temporary, processes] {
      // The table of descriptors is still that of the host, which so gets to know these.
      calls.append(
        ChildCall(
          .preparing, Kernel.Number.openat, -100, path, Int(O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
    }
    calls.append(ChildCall(.preparing, Kernel.Number.umask, 0o022))
    // Signals that the host ignores or handles.
    for signal in 1...64 {
      calls.append(
        ChildCall(
          .preparing, Kernel.Number.sigaction, signal, zeros, 0, 8, isRequired: false))
    }
    // PR_CAPBSET_DROP; the kernel knows fewer than these.
    for capability in 0..<64 {
      calls.append(
        ChildCall(.rights, Kernel.Number.prctl, 24, capability, isRequired: false))
    }
    calls += [
      ChildCall(.rights, Kernel.Number.prctl, 47, 4),  // PR_CAP_AMBIENT, none
      ChildCall(.rights, Kernel.Number.capset, version, zeros),
      ChildCall(.rights, Kernel.Number.prctl, 38, 1),  // PR_SET_NO_NEW_PRIVS
      ChildCall(.rights, Kernel.Number.prctl, 1, Int(SIGKILL)),  // PR_SET_PDEATHSIG
      ChildCall(.preparing, Kernel.Number.sigprocmask, Int(SIG_SETMASK), zeros, 0, 8),
    ]
    // From here on the filter forbids most of what was called for above. The table of descriptors is
    // still that of the host, which so gets the end at which it is asked.
    filterCall = calls.count
    calls.append(ChildCall(.filtering, Kernel.Number.seccomp, 1))
    // Whatever else the host has open, with or without the flag that closes it, ends here. The first
    // call makes the table the child's own (CLOSE_RANGE_UNSHARE).
    calls.append(ChildCall(.preparing, Kernel.Number.closeRange, 3, 4, 2))
    firstSource = calls.count
    let number = Launch.Number.self
    let numbers = [0, 1, 2, number.input, number.state, number.start]
    for number in numbers {
      calls.append(ChildCall(.preparing, Kernel.Number.dup3, -1, Int(number)))
    }
    calls.append(ChildCall(.preparing, Kernel.Number.closeRange, 8, Int(UInt32.max)))
    for (index, (resource, limit)) in resources.enumerated() {
      // As much as may be, and as much as can be asked for.
      let pair = words + (16 + 2 * index)
      (pair[0], pair[1]) = (limit, limit)
      calls.append(
        ChildCall(.preparing, Kernel.Number.prlimit, 0, resource, Int(bitPattern: pair)))
    }
    calls.append(
      ChildCall(
        .program, Kernel.Number.execve, Int(bitPattern: program.pointers[0]),
        Int(bitPattern: program.pointers), Int(bitPattern: environment.pointers)))
    // CLONE_FILES, CLONE_PARENT, and new namespaces of processes, mounts and IPC.
    inside = try ChildProcess(calls, flags: 0x400 | 0x8000 | 0x2000_0000 | 0x2_0000 | 0x800_0000)
    // The user, mount and IPC namespaces of the sandbox; and network, host name, control groups.
    let namespaces = 0x1000_0000 | 0x2_0000 | 0x800_0000
    let others = isRootPrepared ? 0 : 0x4000_0000 | 0x400_0000 | 0x200_0000
    walls = try ChildProcess(
      [ChildCall(.entering, Kernel.Number.setns, -1, namespaces | others)], flags: 0x400,
      next: inside)
  }

  deinit { words.deallocate() }

  /// A filter of system calls, as the kernel takes it: length and place.
  private final class Filter {
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let words: UnsafeMutablePointer<Int>
    var place: Int { Int(bitPattern: words) }

    init(isAsking: Bool) {
      let program = SyscallFilter.program(isAsking: isAsking)
      bytes = .allocate(capacity: program.count)
      _ = bytes.initialize(from: program)
      words = .allocate(capacity: 2)
      words[0] = program.count / 8
      words[1] = Int(bitPattern: bytes.baseAddress)
    }

    deinit {
      bytes.deallocate()
      words.deallocate()
    }
  }

  /// Starts the shell in a world of its own.
  ///
  /// - Parameters:
  ///   - sandbox: The first process of the sandbox.
  ///   - sources: What the shell has open: its input, outputs, command, the file for its state, and the word to start.
  /// - Returns: Its first process and its directories.
  /// - Throws: Why there is none; then nothing of it is left.
  func enter(_ sandbox: Descriptor, _ sources: [Descriptor]) throws(Trouble) -> World {
    // The calls know numbers alone, which must stay those of what is meant.
    defer { withExtendedLifetime((sandbox, sources)) {} }
    walls[0].arguments.0 = Int(sandbox.raw)
    for (index, source) in sources.enumerated() {
      inside[firstSource + index].arguments.0 = Int(source.raw)
    }
    inside[filterCall].arguments.1 = isAsking ? SyscallFilter.askingFlags ?? 0 : 0
    inside[filterCall].arguments.2 = isAsking ? filters.asking.place : filters.silent.place
    walls.start()
    if walls.process > 0 { _ = Kernel.reap(walls.process) }
    let opened = (Array(directories) + (isAsking ? [filterCall] : [])).map {
      inside[$0].result >= 0 ? Descriptor(Int32(inside[$0].result)) : nil
    }
    if let (stage, error) = walls.failure ?? inside.failure {
      if inside.process > 0 { _ = Kernel.reap(inside.process) }
      if stage == .filtering, isAsking {
        // Somebody else is asked already, as in some containers.
        isAsking = false
        return try enter(sandbox, sources)
      }
      throw Self.trouble(stage, error)
    }
    let process = inside.process
    guard let workspace = opened[0], let temporary = opened[1], let processes = opened[2],
      let handle = try? Kernel.openProcess(process)
    else {
      _ = kill(process, SIGKILL)
      _ = Kernel.reap(process)
      throw .failure(
        code: "system", message: "A process of the sandbox could not be opened.", retry: true)
    }
    Self.letGoFirst(processes)
    return World(
      process: process, handle: handle, workspace: workspace, temporary: temporary,
      processes: processes, listener: isAsking ? opened[3] : nil)
  }

  /// Has the kernel end these processes before all others of the machine when memory runs out.
  ///
  /// - Parameter processes: Their `/proc`, in which the first has the number 1; the others inherit it.
  private static func letGoFirst(_ processes: Descriptor) {
    let file = openat(processes.raw, "1/oom_score_adj", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = Glibc.write(file, "1000", 4)
    Glibc.close(file)
  }

  private static func trouble(_ stage: ChildCall.Stage, _ error: Errno) -> Trouble {
    let isForbidden = [EPERM, EACCES, EINVAL, ENOSYS].contains(error.code)
    return switch stage {
    case .starting where error.code == ENOSPC || error.code == EUSERS:
      .refused(Sandbox.Refusal(.namespaceLimit, detail: "\(error)"))
    case .starting where isForbidden:
      .refused(Sandbox.Refusal(.namespacesForbidden, detail: "\(error)"))
    case .entering where isForbidden: .refused(Sandbox.Refusal(.unreachable, detail: "\(error)"))
    case .mounting where isForbidden:
      .refused(Sandbox.Refusal(.nestedContainer, detail: "\(error)"))
    case .rights where isForbidden, .filtering where isForbidden:
      .refused(Sandbox.Refusal(.missingCall, detail: "\(error)"))
    case .program where [ENOENT, EACCES, ENOEXEC].contains(error.code):
      .refused(Sandbox.Refusal(.noShell, detail: "\(error)"))
    default: .system("A command could not be run", error)
    }
  }
}
