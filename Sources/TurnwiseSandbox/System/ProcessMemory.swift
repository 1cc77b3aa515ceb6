internal import Glibc

/// What processes have in memory and could not be read again from `/usr`.
///
/// By `/proc/<process>/status` (proc_pid_status(5)). A process whose first thread has ended shows no
/// memory there while its other threads live on; then one of them shows it.
struct ProcessMemory {
  /// Bytes of their own: in memory, swapped out, in huge pages, tables of pages, and what can be in
  /// their pipes.
  private(set) var own = 0
  /// Bytes that they may have in common: pages of files in memory that are mapped.
  ///
  /// A page that several of them have mapped counts once where each process was added exactly, else for
  /// each of them.
  private(set) var shared = 0

  /// What a pipe can hold when the user's share of larger ones is used up, which is two pages (pipe(7)).
  ///
  /// Counted for each descriptor. Up to there it is as much as that share: 64 MiB for all pipes of a user.
  private static let pipeBytes = 8 << 10

  /// Adds a process.
  ///
  /// - Parameters:
  ///   - process: Its number.
  ///   - processes: The directory that has it.
  ///   - isExact: Whether the process gets its share alone of pages that others have mapped, too.
  mutating func add(_ process: String, in processes: Descriptor, isExact: Bool) {
    let isSeen = addStatus(process, in: processes, isExact)
    own += Self.descriptors(of: process, in: processes) * Self.pipeBytes
    if isSeen { return }
    guard
      let tasks = try? Kernel.open(
        beneath: processes, "\(process)/task".utf8, O_RDONLY | O_DIRECTORY),
      let names = try? DirectoryListing(tasks, limit: .max).names
    else { return }
    // All threads of a process have one memory.
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let task = String(decoding: name.bytes.dropLast(), as: UTF8.self)
      if addStatus(task, in: tasks, isExact) {
        own += Self.descriptors(of: task, in: tasks) * Self.pipeBytes
        return
      }
    }
  }

  /// Adds what a thread shows; false where it shows no memory.
  private mutating func addStatus(
    _ thread: String, in directory: Descriptor, _ isExact: Bool
  ) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      let share = isExact ? Self.share(of: thread, in: directory, buffer) : nil
      guard let count = directory.read("\(thread)/status", into: buffer) else { return false }
      var isSeen = false
      shared += share ?? 0
      for line in UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: 10) {
        // Lines such as "RssAnon:      1234 kB".
        switch line.first {
        case UInt8(ascii: "R"):
          if line.starts(with: "RssAnon:".utf8) {
            own += Self.bytes(line)
            isSeen = true
          } else if share == nil, line.starts(with: "RssShmem:".utf8) {
            shared += Self.bytes(line)
          }
        case UInt8(ascii: "V"):
          if line.starts(with: "VmSwap:".utf8) || line.starts(with: "VmPTE:".utf8) {
            own += Self.bytes(line)
          }
        case UInt8(ascii: "H"):
          if line.starts(with: "HugetlbPages:".utf8) { own += Self.bytes(line) }
        default: break
        }
      }
      return isSeen
    }
  }

  /// The share of mapped pages of files in memory, by `smaps_rollup` of proc_pid_smaps(5); nil where
  /// the kernel does not tell.
  private static func share(
    of thread: String, in directory: Descriptor, _ buffer: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let count = directory.read("\(thread)/smaps_rollup", into: buffer) else { return nil }
    return UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: 10)
      .first { $0.starts(with: "Pss_Shmem:".utf8) }.map(bytes)
  }

  private static func bytes(_ line: Slice<UnsafeRawBufferPointer>) -> Int {
    line.reduce(0) { (48...57).contains($1) ? $0 * 10 + Int($1 - 48) : $0 } << 10
  }

  /// The number of open descriptors, which is the size of their directory since Linux 6.2; before that
  /// nothing is counted.
  private static func descriptors(of process: String, in processes: Descriptor) -> Int {
    var status = stat()
    guard fstatat(processes.raw, "\(process)/fd", &status, 0) == 0 else { return 0 }
    return Int(status.st_size)
  }
}
