internal import Glibc

/// Reading from an open directory, and the size of its file system.
extension Descriptor {
  /// Opens the directory again, to read its names from the first one on.
  func reopened() throws(Errno) -> Descriptor {
    try Kernel.open(beneath: self, ".".utf8, O_RDONLY | O_DIRECTORY)
  }

  /// The number of names in the file system of the directory.
  var entryCount: Int {
    var usage = statvfs()
    guard fstatvfs(raw, &usage) == 0 else { return 0 }
    return Int(clamping: usage.f_files &- usage.f_ffree)
  }

  /// The bytes in use in the file system of the directory.
  var bytesInUse: Int {
    var usage = statvfs()
    guard fstatvfs(raw, &usage) == 0 else { return 0 }
    return Int(clamping: (usage.f_blocks &- usage.f_bfree) &* UInt(usage.f_frsize))
  }

  /// Reads the beginning of a file in the directory, as much as `buffer` holds.
  ///
  /// - Returns: The number of bytes that were read; nil if the file cannot be read or is empty.
  func read(_ path: String, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    readStart(ofFile: path, in: raw, into: buffer)
  }
}

/// Reads the beginning of a file, as much as `buffer` holds.
///
/// - Parameters:
///   - path: The path of the file.
///   - directory: The directory that a relative path starts from.
///   - buffer: Where the bytes go.
/// - Returns: The number of bytes that were read; nil if the file cannot be read or is empty.
func readStart(
  ofFile path: String, in directory: Int32 = AT_FDCWD, into buffer: UnsafeMutableRawBufferPointer
) -> Int? {
  let file = openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var count = 0
  while count < buffer.count {
    let more = read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
    if more < 0, errno == EINTR { continue }
    if more <= 0 { break }
    count += more
  }
  return count > 0 ? count : nil
}
