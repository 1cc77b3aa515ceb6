internal import Glibc

/// The memory that the machine has left for all processes.
///
/// No count of what a command uses is complete, because the kernel needs memory of its own for many
/// things that a process can ask for. Whatever the memory is used for, it is missing here.
enum HostMemory {
  /// The default of ``Sandbox/Limits/hostReserveBytes``: 256 MiB, and less on machines so small that
  /// they could not run commands otherwise.
  static let defaultReserve = min(
    256 << 20, sysconf(Int32(_SC_PHYS_PAGES)) / 16 * sysconf(Int32(_SC_PAGESIZE)))

  /// Whether less than `reserve` bytes are available.
  static func isShort(of reserve: Int) -> Bool {
    guard let available else { return false }
    return available < reserve
  }

  /// The bytes that are available without swapping: `MemAvailable` of proc_meminfo(5).
  private static var available: Int? {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
      guard let count = readStart(ofFile: "/proc/meminfo", into: buffer) else { return nil }
      return UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: UInt8(ascii: "\n"))
        .first { $0.starts(with: "MemAvailable:".utf8) }?.kibibytes
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// The bytes that a line of a file in `/proc` gives, such as `MemAvailable:   24105 kB`.
  var kibibytes: Int { number << 10 }
}
