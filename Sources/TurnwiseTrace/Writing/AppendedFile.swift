internal import Foundation

/// A file to which whole lines are appended.
final class AppendedFile {
  /// The number of lines.
  private(set) var lines = 0
  private let url: URL
  private let descriptor: Int32

  /// Opens a file, and creates it unless it must exist; if it already has lines, ``cut(to:)`` must be called
  /// next.
  init(_ url: URL, mustExist: Bool = false) throws(TraceError) {
    let flags = O_WRONLY | O_APPEND | O_CLOEXEC | (mustExist ? 0 : O_CREAT)
    let descriptor = open(url.path, flags, 0o644)
    guard descriptor >= 0 else {
      throw TraceError(
        errno == ENOENT ? .missing : .system(SystemReason.words(errno)), file: url.relativePath)
    }
    (self.url, self.descriptor) = (url, descriptor)
  }

  deinit { close(descriptor) }

  /// Appends a line; if that fails, the file does not change.
  ///
  /// - Parameter line: The line with its end.
  /// - Throws: A ``TraceError``.
  func append(_ line: Data) throws(TraceError) {
    var status = stat()
    fstat(descriptor, &status)
    guard DurableFile.writeAll(line, to: descriptor) else {
      let reason = errno
      // An incomplete line would damage the file once more lines follow.
      _ = ftruncate(descriptor, status.st_size)
      throw TraceError(.system(SystemReason.words(reason)), file: url.relativePath)
    }
    lines += 1
  }

  /// Removes everything after the first lines.
  ///
  /// - Parameter count: The number of lines to keep; `nil` for all that are complete.
  /// - Returns: The number of removed lines, including an incomplete one.
  /// - Throws: A ``TraceError`` if the file has fewer lines, or cannot be read.
  func cut(to count: Int?) throws(TraceError) -> Int {
    var reader = LineReader(try RegularFile(url))
    var (found, end, removed) = (0, 0, 0)
    while let line = try reader.next() {
      if found < count ?? .max, !line.isCut {
        found += 1
        end = line.start + line.bytes.count + 1
      } else {
        removed += 1
      }
    }
    if let count, found != count {
      throw TraceError(
        .inconsistent("it has \(found) records, but the trainer's state was saved after \(count)"),
        file: url.relativePath)
    }
    if removed > 0, ftruncate(descriptor, off_t(end)) != 0 {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
    lines = found
    return removed
  }

  /// Flushes the appended lines to the disk.
  func synchronize() throws(TraceError) {
    guard DurableFile.flush(descriptor) else {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
  }
}
