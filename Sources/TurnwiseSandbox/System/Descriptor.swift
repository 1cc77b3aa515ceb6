internal import Glibc
internal import TurnwiseCore

/// An open file descriptor that is closed with its last reference.
final class Descriptor: Sendable {
  let raw: Int32

  /// Takes ownership of `raw`.
  init(_ raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  /// Takes ownership of the descriptor that `call` returns.
  ///
  /// - Throws: The error number if `call` returns a negative number.
  init(opening call: @autoclosure () -> Int32) throws(Errno) {
    let opened = call()
    guard opened >= 0 else { throw Errno(errno) }
    raw = opened
  }

  /// The lowest number that no child process assigns to one of its own descriptors.
  private static let firstUnassigned: Int32 = 20

  /// Returns a descriptor of the same file whose number no child process assigns.
  ///
  /// A child assigns the lower numbers one after another. A source among them could be overwritten
  /// before it is used.
  func raised() throws(Errno) -> Descriptor {
    if raw >= Self.firstUnassigned { return self }
    return try Descriptor(opening: fcntl(raw, F_DUPFD_CLOEXEC, Self.firstUnassigned))
  }

  // MARK: - Creating

  /// Creates a pipe.
  ///
  /// Reading never waits. Writing does, as programs expect.
  static func pipe() throws(Errno) -> (reading: Descriptor, writing: Descriptor) {
    var ends: [Int32] = [-1, -1]
    try ends.withUnsafeMutableBufferPointer { ends throws(Errno) in
      _ = try Kernel.call(.pipe2, Int(bitPattern: ends.baseAddress), Int(O_CLOEXEC))
    }
    let (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
    try reading.makeNonblocking()
    return (reading, try writing.raised())
  }

  /// Creates two connected stream sockets: one for this process, one for a child.
  static func sockets() throws(Errno) -> (ours: Descriptor, theirs: Descriptor) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(errno) }
    let (ours, theirs) = (Descriptor(ends[0]), Descriptor(ends[1]))
    return (ours, try theirs.raised())
  }

  /// Creates a counter that becomes readable when another thread adds to it.
  static func event() throws(Errno) -> Descriptor {
    Descriptor(Int32(try Kernel.call(.eventfd2, 0, Int(O_CLOEXEC | O_NONBLOCK))))
  }

  /// Creates a file in memory that has no name.
  static func memory(_ contents: [UInt8]? = nil) throws(Errno) -> Descriptor {
    let raw = try "turnwise".withCStringThrowing { name throws(Errno) in
      try Kernel.call(
        .memfdCreate, Int(bitPattern: name), LinuxConstant.memoryFileCloseOnExec)
    }
    let file = try Descriptor(Int32(raw)).raised()
    if let contents { try file.replaceContents(with: contents) }
    return file
  }

  // MARK: - Reading and writing

  /// Makes `contents` the whole file and moves to its beginning.
  func replaceContents(with contents: [UInt8]) throws(Errno) {
    guard ftruncate(raw, 0) == 0 else { throw Errno(errno) }
    rewind()
    try write(contents)
    rewind()
  }

  /// Moves to the beginning of the file.
  func rewind() { lseek(raw, 0, SEEK_SET) }

  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8]) throws(Errno) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { bytes in
        Glibc.write(raw, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      }
      if count >= 0 { done += count } else if errno != EINTR { throw Errno(errno) }
    }
  }

  /// Reads `size` bytes to the beginning of `buffer`, which must be large enough.
  ///
  /// - Returns: The number of bytes that were read; less than `size` only at the end of the file.
  func read(_ size: Int, into buffer: inout [UInt8]) throws(Errno) -> Int {
    require(size <= buffer.count, "The buffer is smaller than the number of bytes to read.")
    var count = 0
    while count < size {
      let more = buffer.withUnsafeMutableBytes { buffer in
        Glibc.read(raw, buffer.baseAddress.map { $0 + count }, size - count)
      }
      if more < 0, errno == EINTR { continue }
      if more < 0 { throw Errno(errno) }
      if more == 0 { break }
      count += more
    }
    return count
  }

  /// Reads what is available, at most as much as `buffer` holds.
  ///
  /// - Returns: The number of bytes that were read; 0 at the end of the file.
  func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(raw, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      if errno != EINTR { throw Errno(errno) }
    }
  }

  /// Reads what is available from a descriptor that does not wait.
  ///
  /// - Returns: The number of bytes that were read; 0 at the end of the file, nil if nothing is
  ///   available now.
  func readAvailable(into buffer: inout [UInt8]) throws(Errno) -> Int? {
    do throws(Errno) { return try read(into: &buffer) } catch  where error.code == EAGAIN {
      return nil
    }
  }

  /// Makes reads return at once if nothing is available.
  ///
  /// Another process that shares the open file can read what `poll` has announced before this one
  /// does, and the read would wait.
  func makeNonblocking() throws(Errno) {
    let flags = fcntl(raw, F_GETFL)
    guard flags >= 0, fcntl(raw, F_SETFL, flags | O_NONBLOCK) == 0 else { throw Errno(errno) }
  }
}
