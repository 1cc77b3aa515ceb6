internal import Glibc
internal import Synchronization

/// What the machine has left for everybody.
///
/// No count of what a command uses is complete: the kernel keeps memory of its own for many things
/// that a process can ask for. Whatever it is, it is missing here.
enum HostMemory {
  /// What must stay available where nothing else is said: little enough that small machines can run
  /// commands at all.
  static let usualReserve = min(
    256 << 20, sysconf(Int32(_SC_PHYS_PAGES)) / 16 * sysconf(Int32(_SC_PAGESIZE)))

  /// Whether less is available than must stay so.
  static func isShort(of reserve: Int) -> Bool {
    guard let available else { return false }
    return available < reserve
  }

  /// What can be had without swapping: "MemAvailable:   24105 kB" of proc_meminfo(5).
  private static var available: Int? {
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
      let file = open("/proc/meminfo", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { return nil }
      defer { close(file) }
      let count = read(file, buffer.baseAddress, buffer.count)
      guard count > 0 else { return nil }
      let lines = UnsafeRawBufferPointer(rebasing: buffer[..<count]).split(separator: 10)
      guard let line = lines.first(where: { $0.starts(with: "MemAvailable:".utf8) }) else {
        return nil
      }
      return line.reduce(0) { (48...57).contains($1) ? $0 * 10 + Int($1 - 48) : $0 } << 10
    }
  }
}

/// What a command of this process uses, beside all others of it.
///
/// Where the machine runs short, the largest is stopped, and its memory is back before the next.
final class MemoryClaim: Sendable {
  private static let claims = Mutex<[ObjectIdentifier: Int]>([:])
  private let isMade = Atomic<Bool>(false)

  deinit {
    guard isMade.load(ordering: .relaxed) else { return }
    let key = ObjectIdentifier(self)
    Self.claims.withLock { $0[key] = nil }
  }

  /// Says how much it is now.
  func use(_ bytes: Int) {
    isMade.store(true, ordering: .relaxed)
    Self.claims.withLock { $0[ObjectIdentifier(self)] = bytes }
  }

  /// Whether no other command uses more.
  var isLargest: Bool {
    Self.claims.withLock { claims in
      let own = claims[ObjectIdentifier(self)] ?? 0
      return claims.values.allSatisfy { $0 <= own }
    }
  }
}
