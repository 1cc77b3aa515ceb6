internal import Glibc
internal import TurnwiseCore

/// An open file descriptor that is closed with its last reference.
final class Descriptor: Sendable {
  let raw: Int32

  /// Takes over `raw`.
  init(_ raw: Int32) { self.raw = raw }

  deinit { close(raw) }

  /// Takes over what `call` returns.
  ///
  /// - Throws: The error number where that is negative.
  init(opening call: @autoclosure () -> Int32) throws(Errno) {
    let opened = call()
    guard opened >= 0 else { throw Errno(errno) }
    raw = opened
  }

  /// Returns a descriptor of the same file with a number that no child uses.
  ///
  /// The numbers below are assigned in the child one after another; a source among them could be
  /// overwritten before its turn.
  func raised() throws(Errno) -> Descriptor {
    if raw >= 20 { return self }
    return try Descriptor(opening: fcntl(raw, F_DUPFD_CLOEXEC, 20))
  }

  /// Creates a pipe.
  ///
  /// Its end for reading does not wait; the other one does, as a program expects.
  static func pipe() throws(Errno) -> (reading: Descriptor, writing: Descriptor) {
    var ends: [Int32] = [-1, -1]
    try ends.withUnsafeMutableBufferPointer { ends throws(Errno) in
      _ = try Kernel.call(
        Kernel.Number.pipe, Int(bitPattern: ends.baseAddress), Int(O_CLOEXEC))
    }
    let (reading, writing) = (Descriptor(ends[0]), Descriptor(ends[1]))
    try reading.makeNonblocking()
    return (reading, try writing.raised())
  }

  /// Creates two connected stream sockets.
  static func sockets() throws(Errno) -> (ours: Descriptor, theirs: Descriptor) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Errno(errno) }
    let (ours, theirs) = (Descriptor(ends[0]), Descriptor(ends[1]))
    return (ours, try theirs.raised())
  }

  /// Creates a counter that can be read when another thread has added to it.
  static func event() throws(Errno) -> Descriptor {
    Descriptor(Int32(try Kernel.call(Kernel.Number.eventfd, 0, Int(O_CLOEXEC | O_NONBLOCK))))
  }

  /// Creates a file that has no name and lives in memory.
  static func memory(_ contents: [UInt8]? = nil) throws(Errno) -> Descriptor {
    let raw = try "turnwise".withCStringThrowing { name throws(Errno) in
      try Kernel.call(Kernel.Number.memfdCreate, Int(bitPattern: name), 1)  // MFD_CLOEXEC
    }
    let file = try Descriptor(Int32(raw)).raised()
    if let contents { try file.replaceContents(with: contents) }
    return file
  }

  /// Makes `contents` the whole file, with the next read at its beginning.
  func replaceContents(with contents: [UInt8]) throws(Errno) {
    guard ftruncate(raw, 0) == 0 else { throw Errno(errno) }
    rewind()
    try write(contents)
    rewind()
  }

  /// Moves the place of the next read to the beginning.
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

  /// Reads so many bytes to the beginning of `buffer`, which must hold them.
  ///
  /// - Returns: The number of bytes read; fewer at the end of the file alone.
  func read(_ size: Int, into buffer: inout [UInt8]) throws(Errno) -> Int {
    require(size <= buffer.count, "The buffer holds what is read.")
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

  /// Opens a directory again, for somebody who reads its names from the first one on.
  func reopened() throws(Errno) -> Descriptor {
    try Kernel.open(beneath: self, ".".utf8, O_RDONLY | O_DIRECTORY)
  }

  /// Makes reads return at once where nothing is there.
  ///
  /// Whoever shares the object can take away what `poll` has announced, and a read would wait.
  func makeNonblocking() throws(Errno) {
    let flags = fcntl(raw, F_GETFL)
    guard flags >= 0, fcntl(raw, F_SETFL, flags | O_NONBLOCK) == 0 else { throw Errno(errno) }
  }

  /// Reads what is there, at most as much as `buffer` holds.
  ///
  /// - Returns: The number of bytes read; 0 at the end of the file.
  func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(raw, $0.baseAddress, $0.count) }
      if count >= 0 { return count }
      if errno != EINTR { throw Errno(errno) }
    }
  }

  /// Reads what is there from an end that does not wait.
  ///
  /// - Returns: The number of bytes read; 0 at the end of the file, nil where nothing is there now.
  func readNow(into buffer: inout [UInt8]) throws(Errno) -> Int? {
    do throws(Errno) { return try read(into: &buffer) } catch  where error.code == EAGAIN {
      return nil
    }
  }
}

extension String {
  /// Calls `body` with the string's bytes and a NUL; unlike the library's own, keeps the error type.
  func withCStringThrowing<R, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E)
    -> R
  {
    let result: Result<R, E> = withCString { bytes in
      do throws(E) { return .success(try body(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
