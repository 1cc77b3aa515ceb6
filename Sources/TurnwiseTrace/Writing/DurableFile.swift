package import Foundation

/// Replaces files atomically and durably.
package enum DurableFile {
  /// Replaces a file, so that it has either its old or its new content if the program or the machine stops.
  ///
  /// The content is written under a temporary name, flushed to the disk, and renamed. The rename is durable
  /// after ``synchronize(_:)`` of the folder.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - data: The new content.
  /// - Throws: A ``TraceError``.
  package static func replace(_ file: URL, with data: Data) throws(TraceError) {
    let fresh = temporary(file)
    func failure() -> TraceError {
      let reason = errno
      unlink(fresh.path)
      return TraceError(.system(SystemReason.words(reason)), file: file.relativePath)
    }
    let descriptor = open(fresh.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TraceError(.system(SystemReason.words(errno)), file: file.relativePath)
    }
    let isWritten = writeAll(data, to: descriptor) && flush(descriptor)
    let error = isWritten ? nil : failure()
    close(descriptor)
    if let error { throw error }
    guard rename(fresh.path, file.path) == 0 else { throw failure() }
  }

  /// Returns the temporary name under which the new content of a file is written.
  package static func temporary(_ file: URL) -> URL {
    file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).new")
  }

  /// Flushes the entries of a folder to the disk.
  package static func synchronize(_ folder: URL) {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Writes bytes; returns false, with the reason in `errno`, if that fails.
  static func writeAll(_ data: Data, to descriptor: Int32) -> Bool {
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  /// Flushes a file to the disk; returns false, with the reason in `errno`, if that fails.
  ///
  /// File systems that do not support flushing report EINVAL, ENOTSUP or EROFS, which counts as success.
  static func flush(_ descriptor: Int32) -> Bool {
    fsync(descriptor) == 0 || [EINVAL, ENOTSUP, EROFS].contains(errno)
  }
}
