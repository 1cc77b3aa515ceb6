internal import Glibc

/// What the processes of a sandbox use together, looked at from outside now and then.
///
/// The kernel bounds each process; only a control group, which a container or an ordinary user
/// seldom has, would bound their sum. What is counted is what stays charged to the machine, which is
/// more than the pages that processes have mapped: see ``ProcessMemory`` and ``SocketBuffers``.
struct ProcessWatch {
  /// The sandbox's own `/proc`, in which only its own processes are.
  private let processes: Descriptor
  private let workspace, temporaryDirectory: Descriptor
  private let limits: Sandbox.Limits
  private let claim = MemoryClaim()
  private var looks = 0
  private var used = 0

  init(of world: Entrance.World, _ limits: Sandbox.Limits) {
    (processes, workspace, temporaryDirectory) =
      (world.processes, world.workspace, world.temporary)
    self.limits = limits
  }

  /// How long to wait before the next look.
  ///
  /// The first looks come soon, as a command may take memory from its start; where much is in use
  /// already, the rest can be taken in little time.
  var pause: Duration {
    if used > limits.memoryBytes / 2 { return .milliseconds(10) }
    return looks < 2 ? .milliseconds(20) : .milliseconds(50)
  }

  /// Whether there are so many names in `/tmp` that the kernel's memory for them matters.
  var isTemporaryDirectoryOverfull: Bool {
    temporaryDirectory.entryCount > 16 * limits.workspaceEntries
  }

  /// What is wrong with the memory that all processes use together.
  enum Shortage {
    /// It is more than they may use.
    case ofCommand
    /// It is not, but the machine has less left than it needs, and no other command uses more.
    case ofMachine
  }

  /// Looks at the memory that all processes use together.
  mutating func memoryShortage() -> Shortage? {
    looks += 1
    used = bytesInUse(isExact: false)
    if used > limits.memoryBytes {
      // Until it becomes another program, a process that was started by `vfork` has the memory of the
      // one that started it, which so is counted twice for a moment.
      usleep(3000)
      used = bytesInUse(isExact: true)
    }
    claim.use(used)
    if used > limits.memoryBytes { return .ofCommand }
    return HostMemory.isShort(of: limits.hostReserveBytes) && claim.isLargest ? .ofMachine : nil
  }

  /// All that is counted, in bytes.
  ///
  /// - Parameter isExact: Whether a page of a file that several processes have mapped counts once, which
  ///   takes the kernel a walk through all pages. Else it counts for each of them.
  /// - Returns: The sum.
  private func bytesInUse(isExact: Bool) -> Int {
    guard let directory = try? processes.reopened(),
      let names = try? DirectoryListing(directory, limit: .max).names
    else { return 0 }
    var sum = ProcessMemory()
    // That of the network, which all of them share, through the first process that shows it.
    var sockets: Int?
    for name in names where name.bytes.dropLast().allSatisfy({ (48...57).contains($0) }) {
      let process = String(decoding: name.bytes.dropLast(), as: UTF8.self)
      sum.add(process, in: processes, isExact: isExact)
      sockets = sockets ?? SocketBuffers.bytes(seenBy: process, in: processes)
    }
    // A mapped page of a file in memory is one page, however many processes have mapped it, and stays
    // one when they give it back.
    let files = workspace.bytesInUse + temporaryDirectory.bytesInUse
    return sum.own + max(sum.shared, files) + (sockets ?? 0)
  }
}

extension Descriptor {
  /// The number of names in the file system that this is a file of.
  var entryCount: Int {
    var usage = statvfs()
    guard fstatvfs(raw, &usage) == 0 else { return 0 }
    return Int(clamping: usage.f_files &- usage.f_ffree)
  }

  /// The bytes that the files take in the file system that this is a file of.
  var bytesInUse: Int {
    var usage = statvfs()
    guard fstatvfs(raw, &usage) == 0 else { return 0 }
    return Int(clamping: (usage.f_blocks &- usage.f_bfree) &* UInt(usage.f_frsize))
  }

  /// Reads the beginning of a file below this directory, as much as `buffer` holds.
  ///
  /// - Returns: The number of bytes read; nil where the file cannot be read.
  func read(_ path: String, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let file = openat(raw, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var count = 0
    while count < buffer.count {
      let more = Glibc.read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      if more < 0, errno == EINTR { continue }
      if more <= 0 { break }
      count += more
    }
    return count > 0 ? count : nil
  }
}
