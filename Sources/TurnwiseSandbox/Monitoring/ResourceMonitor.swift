internal import Glibc

/// Checks from time to time how much the processes of a sandbox use together.
///
/// The kernel limits each process. Only a control group would limit their sum, and containers and
/// ordinary users can seldom create one. What is counted is all memory that the machine misses,
/// which is more than the pages that processes have mapped: see ``ProcessMemory`` and
/// ``SocketBuffers``.
struct ResourceMonitor {
  /// The `/proc` of the sandbox, which shows its own processes only.
  private let processes: Descriptor
  private let workspace, temporaryDirectory: Descriptor
  private let limits: Sandbox.Limits
  private let usage = MemoryUsage()
  private var checks = 0
  private var used = 0

  init(of namespaces: CommandNamespaces, _ limits: Sandbox.Limits) {
    (processes, workspace, temporaryDirectory) =
      (namespaces.processes, namespaces.workspace, namespaces.temporary)
    self.limits = limits
  }

  /// The time until the next check.
  ///
  /// The first checks come soon, because a command may allocate memory as soon as it starts. If much
  /// is already in use, the rest can be used up quickly.
  var pause: Duration {
    if used > limits.memoryBytes / 2 { return .milliseconds(10) }
    return checks < 2 ? .milliseconds(20) : .milliseconds(50)
  }

  /// Whether `/tmp` has so many names that the kernel's memory for them matters.
  var isTemporaryDirectoryTooLarge: Bool {
    temporaryDirectory.entryCount > 16 * limits.workspaceEntries
  }

  /// A lack of memory.
  enum Shortage {
    /// The processes use more than the limits allow.
    case ofCommand
    /// They do not, but the machine has less left than its reserve, and no other command uses more.
    case ofMachine
  }

  /// Checks the memory that all processes use together.
  mutating func memoryShortage() -> Shortage? {
    checks += 1
    used = bytesInUse(isExact: false)
    if used > limits.memoryBytes {
      // A process that was started by `vfork` shares the memory of its parent until it runs another
      // program, so the memory is counted twice for a moment.
      usleep(3000)
      used = bytesInUse(isExact: true)
    }
    usage.record(used)
    if used > limits.memoryBytes { return .ofCommand }
    return HostMemory.isShort(of: limits.hostReserveBytes) && usage.isLargest ? .ofMachine : nil
  }

  /// The bytes in use, of everything that is counted.
  ///
  /// - Parameter isExact: Whether a page of a file that several processes have mapped counts once,
  ///   for which the kernel must visit all pages. Otherwise it counts for each of them.
  /// - Returns: The sum.
  private func bytesInUse(isExact: Bool) -> Int {
    guard let directory = try? processes.reopened(),
      let names = try? DirectoryListing(directory, limit: .max).names
    else { return 0 }
    var sum = ProcessMemory()
    // All processes share one network, so the first process that shows it is enough.
    var sockets: Int?
    for name in names where name.bytes.dropLast().allSatisfy(\.isDigit) {
      let process = String(decoding: name.bytes.dropLast(), as: UTF8.self)
      sum.add(process, in: processes, isExact: isExact)
      sockets = sockets ?? SocketBuffers.bytes(seenBy: process, in: processes)
    }
    // A mapped page of a file in memory exists once, however many processes have mapped it, and
    // remains when they unmap it.
    let files = workspace.bytesInUse + temporaryDirectory.bytesInUse
    return sum.own + max(sum.shared, files) + (sockets ?? 0)
  }
}
