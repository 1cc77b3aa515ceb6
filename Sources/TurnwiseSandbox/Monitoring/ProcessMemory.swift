internal import Glibc

/// The memory that processes use, without pages that the kernel could read from `/usr` again.
///
/// It is read from `/proc/<process>/status` (proc_pid_status(5)), or from that of another thread if
/// the first thread of a process has ended.
struct ProcessMemory {
  /// Bytes that belong to one process each: private pages, swapped pages, huge pages, page tables,
  /// and what its pipes can hold.
  private(set) var own = 0
  /// Bytes that processes may share: mapped pages of files in memory.
  ///
  /// A page that several processes have mapped counts once if each process was added exactly, and
  /// once for each of them otherwise.
  private(set) var shared = 0

  /// What a pipe can hold once a user has used up their share of larger pipes: two pages (pipe(7)).
  ///
  /// It is counted for each descriptor. Below that share, which is 64 MiB for all pipes of a user,
  /// pipes can hold more.
  private static let pipeBytes = 8 << 10

  /// Adds a process.
  ///
  /// - Parameters:
  ///   - process: The number of the process.
  ///   - processes: The `/proc` that shows it.
  ///   - isExact: Whether only a part of each page is counted that other processes have mapped too.
  mutating func add(_ process: String, in processes: Descriptor, isExact: Bool) {
    let isShown = addStatus(process, in: processes, isExact)
    own += Self.descriptors(of: process, in: processes) * Self.pipeBytes
    if isShown { return }
    guard let tasks = ThreadDirectory(of: process, in: processes) else { return }
    // All threads of a process share its memory, so one is enough.
    for thread in tasks.threads where addStatus(thread, in: tasks.directory, isExact) {
      own += Self.descriptors(of: thread, in: tasks.directory) * Self.pipeBytes
      return
    }
  }

  /// Adds the memory that a thread shows.
  ///
  /// - Returns: Whether it shows any.
  private mutating func addStatus(
    _ thread: String, in directory: Descriptor, _ isExact: Bool
  ) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      let share = isExact ? Self.share(of: thread, in: directory, buffer) : nil
      guard let count = directory.read("\(thread)/status", into: buffer) else { return false }
      var isShown = false
      shared += share ?? 0
      for line in UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: 10) {
        // Lines such as "RssAnon:      1234 kB".
        switch line.first {
        case UInt8(ascii: "R"):
          if line.starts(with: "RssAnon:".utf8) {
            own += line.kibibytes
            isShown = true
          } else if share == nil, line.starts(with: "RssShmem:".utf8) {
            shared += line.kibibytes
          }
        case UInt8(ascii: "V"):
          if line.starts(with: "VmSwap:".utf8) || line.starts(with: "VmPTE:".utf8) {
            own += line.kibibytes
          }
        case UInt8(ascii: "H"):
          if line.starts(with: "HugetlbPages:".utf8) { own += line.kibibytes }
        default: break
        }
      }
      return isShown
    }
  }

  /// The bytes of mapped pages of files in memory, divided by the number of processes that have
  /// mapped them; nil if the kernel does not report it (`smaps_rollup` of proc_pid_smaps(5)).
  private static func share(
    of thread: String, in directory: Descriptor, _ buffer: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let count = directory.read("\(thread)/smaps_rollup", into: buffer) else { return nil }
    return UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: 10)
      .first { $0.starts(with: "Pss_Shmem:".utf8) }?.kibibytes
  }

  /// The number of open descriptors, which since Linux 6.2 is the size of their directory; 0 on older
  /// kernels.
  private static func descriptors(of process: String, in processes: Descriptor) -> Int {
    var status = stat()
    guard fstatat(processes.raw, "\(process)/fd", &status, 0) == 0 else { return 0 }
    return Int(status.st_size)
  }
}
