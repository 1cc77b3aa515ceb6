internal import Glibc

/// What the sockets of a network namespace can hold, by `/proc/<process>/net/unix` (proc_net(5)).
///
/// The list has every socket, also one that no process has open: under way in a message, or waiting to
/// be accepted. It does not say how full they are, so each counts as what it can hold; the filter of
/// system calls keeps that at the machine's default. Sockets of other families cannot be made.
enum SocketBuffers {
  /// How many sandboxes a slot keeps at most, and as many shells that wait in them.
  static let heldSandboxes = 32
  /// Sockets of the host in the same namespace, which are not counted: two for each sandbox and each
  /// shell that a slot keeps, runs, or prepares.
  private static let own = 2 * 2 * (heldSandboxes + 2)

  /// What a sender may have under way, in bytes; the last message may go beyond it by as much again.
  private static let bufferBytes: Int = {
    let file = open("/proc/sys/net/core/wmem_default", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 212_992 }
    defer { close(file) }
    var digits = [UInt8](repeating: 0, count: 16)
    let count = max(0, read(file, &digits, digits.count))
    let text = String(decoding: digits[..<count].prefix { (48...57).contains($0) }, as: UTF8.self)
    return min(Int(text) ?? 212_992, 64 << 20)
  }()

  /// Messages that wait at one socket for messages, whoever sent them and is gone
  /// (`net.unix.max_dgram_qlen` of a new namespace, and one more).
  private static let waitingMessages = 11

  /// Bytes of all sockets; nil where the process does not show its network.
  static func bytes(seenBy process: String, in processes: Descriptor) -> Int? {
    let file = openat(processes.raw, "\(process)/net/unix", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return tasks(of: process, in: processes) }
    defer { close(file) }
    return sum(in: file)
  }

  /// The network of a process whose first thread has ended, through one of the others.
  private static func tasks(of process: String, in processes: Descriptor) -> Int? {
    guard
      let tasks = try? Kernel.open(
        beneath: processes, "\(process)/task".utf8, O_RDONLY | O_DIRECTORY),
      let names = try? DirectoryListing(tasks, limit: .max).names
    else { return nil }
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let task = String(decoding: name.bytes.dropLast(), as: UTF8.self)
      let file = openat(tasks.raw, "\(task)/net/unix", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      defer { close(file) }
      return sum(in: file)
    }
    return nil
  }

  /// What all lines of a list come to.
  ///
  /// They are such as "0000000000000000: 00000002 00000000 00010000 0001 01 12345 /path", where the fifth
  /// field is the type. A path may have a newline in it, which makes more lines and never fewer.
  private static func sum(in file: Int32) -> Int {
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
    // The first line is a title, and counts as one of another type.
    return max(0, streams - own) * 2 * bufferBytes + max(0, others - 1) * waitingMessages
      * bufferBytes
  }
}
