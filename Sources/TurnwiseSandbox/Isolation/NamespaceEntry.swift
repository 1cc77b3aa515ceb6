internal import Glibc

/// Starts shells in a sandbox, each in namespaces of its own.
///
/// bubblewrap sets up a sandbox: the root directory, the user namespace, the network. Inside it each
/// command gets new namespaces of processes, mounts and IPC, with empty file systems in `/workspace`
/// and `/tmp`, and all rights are dropped before the shell starts. When its first process ends, the
/// kernel removes all of it. So only what the host carries over reaches the next command.
///
/// A thread of the host cannot enter a sandbox itself, as it would not come out again. So a first
/// child enters it, and starts a second one there, which becomes the shell.
final class NamespaceEntry {
  private let outer: ChildProcess
  private let inner: ChildProcess
  /// The calls of the inner process that open its directories.
  private let directoryCalls: Range<Int>
  /// The call of the inner process that installs the filter.
  private let filterCall: Int
  /// The first of the calls that assign descriptors.
  private let firstSourceCall: Int
  private let memory: EntryMemory
  private let filters: (notifying: FilterProgram, silent: FilterProgram)
  /// Whether the filter announces calls to the host.
  private var isNotifying: Bool

  /// Prepares the calls.
  ///
  /// - Parameters:
  ///   - limits: The limits of the file systems and processes.
  ///   - isRootPrepared: Whether network, host name and control groups are those of this thread.
  ///   - notifiesHost: Whether the host answers the calls that write output, if the kernel can
  ///     announce them.
  ///   - program: The program of the inner process, and its arguments.
  ///   - environment: The environment of the program.
  /// - Throws: The error number if the system lacks the functions that this needs.
  init(
    _ limits: Sandbox.Limits, isRootPrepared: Bool, notifiesHost: Bool, program: CStrings,
    environment: CStrings
  ) throws(Errno) {
    memory = EntryMemory(limits)
    filters = (FilterProgram(notifiesHost: true), FilterProgram(notifiesHost: false))
    isNotifying = notifiesHost && SyscallFilter.listenerFlags != nil

    var calls = Self.mountCalls(memory)
    directoryCalls = calls.count..<calls.count + 3
    // The inner process still shares the host's table of descriptors, so the host gets these too.
    for path in [memory.workspacePath, memory.temporaryPath, memory.processesPath] {
      calls.append(
        ChildCall(
          .preparing, .openat, Int(AT_FDCWD), path, Int(O_RDONLY | O_DIRECTORY | O_CLOEXEC)))
    }
    calls += Self.resetCalls(memory) + Self.rightsCalls(memory)
    // From here on the filter forbids most of the calls above. The table of descriptors is still
    // shared, so the host gets the listener.
    filterCall = calls.count
    calls.append(ChildCall(.filtering, .seccomp, Seccomp.installFilter))
    // Closes all other descriptors of the host, whether or not they are marked to be closed. The
    // first call gives the process its own table, so the host keeps them.
    let number = SandboxLayout.DescriptorNumber.self
    calls.append(
      ChildCall(
        .preparing, .closeRange, 3, Int(number.input) - 1, LinuxConstant.closeRangeUnshare))
    firstSourceCall = calls.count
    for number in [0, 1, 2, number.input, number.state, number.start] {
      calls.append(ChildCall(.preparing, .dup3, -1, Int(number)))
    }
    calls.append(
      ChildCall(.preparing, .closeRange, Int(number.start) + 1, Int(UInt32.max)))
    for (resource, address) in memory.resources {
      calls.append(ChildCall(.preparing, .prlimit64, 0, resource, address))
    }
    calls.append(
      ChildCall(
        .program, .execve, Int(bitPattern: program.pointers[0]),
        Int(bitPattern: program.pointers), Int(bitPattern: environment.pointers)))
    inner = try ChildProcess(
      calls, flags: [.sharedDescriptors, .sameParent, .processes, .mounts, .ipc])
    // The namespaces of the sandbox to enter.
    var namespaces: CloneFlags = [.users, .mounts, .ipc]
    if !isRootPrepared { namespaces.formUnion([.network, .hostName, .controlGroups]) }
    outer = try ChildProcess(
      [ChildCall(.entering, .setns, -1, namespaces.rawValue)], flags: .sharedDescriptors,
      next: inner)
  }

  /// Starts the shell in namespaces of its own.
  ///
  /// - Parameters:
  ///   - sandbox: The first process of the sandbox.
  ///   - sources: The descriptors of the shell: its three standard streams, the file with the command,
  ///     the file for its state, and the socket that tells it to start.
  /// - Returns: The namespaces.
  /// - Throws: Why the shell could not be started; no process is left then.
  func enter(
    _ sandbox: Descriptor, _ sources: [Descriptor]
  ) throws(CommandFailure) -> CommandNamespaces {
    // The calls contain numbers only, so the descriptors must stay open until they are made.
    defer { withExtendedLifetime((sandbox, sources)) {} }
    outer[0].arguments.0 = Int(sandbox.raw)
    for (index, source) in sources.enumerated() {
      inner[firstSourceCall + index].arguments.0 = Int(source.raw)
    }
    inner[filterCall].arguments.1 = isNotifying ? SyscallFilter.listenerFlags ?? 0 : 0
    inner[filterCall].arguments.2 = isNotifying ? filters.notifying.address : filters.silent.address
    outer.start()
    if outer.process > 0 { _ = Kernel.reap(outer.process) }
    let opened = (Array(directoryCalls) + (isNotifying ? [filterCall] : [])).map {
      inner[$0].result >= 0 ? Descriptor(Int32(inner[$0].result)) : nil
    }
    if let (stage, error) = outer.failure ?? inner.failure {
      if inner.process > 0 { _ = Kernel.reap(inner.process) }
      if stage == .filtering, isNotifying {
        // Another program receives the calls already, as in some containers.
        isNotifying = false
        return try enter(sandbox, sources)
      }
      throw Self.failure(stage, error)
    }
    let process = inner.process
    guard let workspace = opened[0], let temporary = opened[1], let processes = opened[2],
      let handle = try? Kernel.openProcess(process)
    else {
      _ = kill(process, SIGKILL)
      _ = Kernel.reap(process)
      throw .sandbox(
        code: "system", message: "A process of the sandbox could not be opened.",
        isRetryable: true)
    }
    Self.makeFirstOutOfMemoryVictim(processes)
    return CommandNamespaces(
      process: process, handle: handle, workspace: workspace, temporary: temporary,
      processes: processes, listener: isNotifying ? opened[3] : nil)
  }

  /// Makes the kernel kill these processes before all others if the machine runs out of memory.
  ///
  /// - Parameter processes: Their `/proc`, in which the first has the number 1. The others inherit
  ///   its setting.
  private static func makeFirstOutOfMemoryVictim(_ processes: Descriptor) {
    let file = openat(processes.raw, "1/oom_score_adj", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = Glibc.write(file, "1000", 4)
    Glibc.close(file)
  }

  private static func failure(_ stage: ChildCall.Stage, _ error: Errno) -> CommandFailure {
    let isForbidden = [EPERM, EACCES, EINVAL, ENOSYS].contains(error.code)
    let cause: Sandbox.Refusal.Cause? =
      switch stage {
      case .starting where error.code == ENOSPC || error.code == EUSERS: .namespaceLimit
      case .starting where isForbidden: .namespacesForbidden
      case .entering where isForbidden: .unreachable
      case .mounting where isForbidden: .nestedContainer
      case .rights where isForbidden, .filtering where isForbidden: .missingCall
      case .program where [ENOENT, EACCES, ENOEXEC].contains(error.code): .noShell
      default: nil
      }
    if let cause { return .refused(Sandbox.Refusal(cause, detail: "\(error)")) }
    return .system("A command could not be run", error)
  }
}
