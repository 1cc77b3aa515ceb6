internal import Glibc

/// Descriptors of threads of a sandbox, through which the kernel is asked about them.
///
/// They cost less than paths in `/proc`, which the kernel creates for each process that is looked at
/// and removes when it ends. Opening a descriptor is the largest part of that cost, so some of the
/// threads that wrote stay open.
struct ThreadHandles {
  private var kept: [(thread: pid_t, handle: Descriptor)] = []
  /// The number of descriptors that stay open: as many as programs write in turn in most pipelines.
  private static let limit = 4

  /// The descriptor of a thread, if it is open.
  subscript(thread: pid_t) -> Descriptor? { kept.first { $0.thread == thread }?.handle }

  /// Opens a thread, unless it is open already.
  ///
  /// - Returns: The descriptor, and whether it was open already; nil if there is no such thread.
  mutating func handle(of thread: pid_t) -> (handle: Descriptor, isKept: Bool)? {
    if let handle = self[thread] { return (handle, true) }
    guard let handle = Self.open(thread) else { return nil }
    if kept.count == Self.limit { kept.removeFirst() }
    kept.append((thread, handle))
    return (handle, false)
  }

  /// Closes the descriptor of a thread.
  mutating func forget(_ thread: pid_t) { kept.removeAll { $0.thread == thread } }

  /// Opens a thread; before Linux 6.9 only the first thread of a process can be opened.
  static func open(_ thread: pid_t) -> Descriptor? {
    for flags in [LinuxConstant.pidfdThread, 0] {
      do throws(Errno) {
        return Descriptor(Int32(try Kernel.call(.pidfdOpen, Int(thread), flags)))
      } catch {
        if error.code != EINVAL { return nil }
      }
    }
    return nil
  }
}
