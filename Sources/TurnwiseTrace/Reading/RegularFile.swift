package import Foundation

/// A file that is open for reading.
///
/// The file is not mapped into memory, because truncating a mapped file while it is read ends the process. Only
/// regular files are opened, because reading a pipe may never end.
package final class RegularFile: Sendable {
  private let descriptor: Int32
  private let name: String

  /// Opens a file.
  ///
  /// - Throws: A ``TraceError``.
  init(_ url: URL) throws(TraceError) {
    let name = url.relativePath
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let isMissing = errno == ENOENT || errno == ENOTDIR
      throw TraceError(isMissing ? .missing : .system(SystemReason.words(errno)), file: name)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw TraceError(.system("is not a regular file"), file: name)
    }
    (self.name, self.descriptor) = (name, descriptor)
  }

  deinit { close(descriptor) }

  /// Reads at most `count` bytes from an offset; returns none at the end.
  ///
  /// - Throws: A ``TraceError``.
  func read(at offset: Int, count: Int) throws(TraceError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      repeat {
        filled = pread(descriptor, buffer.baseAddress, count, off_t(offset))
      } while filled < 0 && errno == EINTR
      if filled < 0 { (filled, failure) = (0, errno) }
    }
    guard failure == 0 else {
      throw TraceError(.system(SystemReason.words(failure)), file: name)
    }
    return bytes
  }

  /// Reads all bytes of a file.
  ///
  /// - Throws: A ``TraceError``.
  package static func bytes(of url: URL) throws(TraceError) -> [UInt8] {
    let file = try RegularFile(url)
    var bytes: [UInt8] = []
    while true {
      let part = try file.read(at: bytes.count, count: 1 << 20)
      if part.isEmpty { return bytes }
      bytes += part
    }
  }
}
