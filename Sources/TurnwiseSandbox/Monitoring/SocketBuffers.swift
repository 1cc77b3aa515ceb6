internal import Glibc

/// The memory that the sockets of a network namespace can hold (`/proc/<process>/net/unix`, proc_net(5)).
///
/// The list contains every socket, including those that no process has open because they are in a
/// message or not yet accepted. It does not show how full a socket is, so each counts as the most that
/// it can hold. The system call filter keeps that at the default of the machine. Sockets of other
/// families cannot be created.
enum SocketBuffers {
  /// The sockets of the host in the same namespace, which are not counted: two for each sandbox and
  /// each shell that a slot keeps, runs, or prepares.
  private static let hostSockets = 2 * 2 * (Slot.sandboxLimit + 2)

  /// The bytes that a sender may have unread; its last message may exceed them by as much again.
  private static let bufferBytes: Int = {
    let usual = 212_992
    return withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
      let file = "/proc/sys/net/core/wmem_default"
      guard let count = readStart(ofFile: file, into: buffer), buffer[0].isDigit else {
        return usual
      }
      return min(buffer[..<count].prefix(while: \.isDigit).number, 64 << 20)
    }
  }()

  /// The messages that can wait at one datagram socket, whether or not their senders still exist
  /// (`net.unix.max_dgram_qlen` of a new namespace, and one more).
  private static let waitingMessages = 11

  /// The bytes of all sockets in the network namespace of a process; nil if the process does not
  /// show its network.
  static func bytes(seenBy process: String, in processes: Descriptor) -> Int? {
    if let bytes = sum(ofThread: process, in: processes) { return bytes }
    guard let tasks = ThreadDirectory(of: process, in: processes) else { return nil }
    return tasks.threads.lazy.compactMap { sum(ofThread: $0, in: tasks.directory) }.first
  }

  /// Adds up the sockets that a thread shows; nil if it shows none.
  ///
  /// A line is such as `0000000000000000: 00000002 00000000 00010000 0001 01 12345 /path`. Its fifth
  /// field is the type, `0001` for streams. A path may contain a newline, which makes more lines and
  /// never fewer.
  private static func sum(ofThread thread: String, in directory: Descriptor) -> Int? {
    let file = openat(directory.raw, "\(thread)/net/unix", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var (streams, others) = (0, 0)
    withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 8) { buffer in
      var field = 0
      var type: UInt8 = 0
      while true {
        let count = read(file, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR { continue }
        if count <= 0 { return }
        for byte in buffer[..<count] {
          switch byte {
          case UInt8(ascii: " "): field += 1
          case UInt8(ascii: "\n"):
            if type == UInt8(ascii: "1") { streams += 1 } else { others += 1 }
            (field, type) = (0, 0)
          default: if field == 4 { type = byte }
          }
        }
      }
    }
    // The first line is a heading, and was counted as a socket of another type.
    return max(0, streams - hostSockets) * 2 * bufferBytes
      + max(0, others - 1) * waitingMessages * bufferBytes
  }
}
