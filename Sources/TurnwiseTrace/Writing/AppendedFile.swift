internal import Foundation

/// A file to which whole lines are appended.
final class AppendedFile {
  /// The number of lines.
  private(set) var lines = 0
  private let url: URL
  private let descriptor: Int32

  /// Opens a file; if it already has lines, ``cut(to:)`` must be called next.
  init(_ url: URL) throws(TraceError) {
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
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
  /// - Parameter count: The number of lines to keep.
  /// - Returns: The number of removed lines, including an incomplete one.
  /// - Throws: A ``TraceError`` if the file has fewer lines, or cannot be read.
  func cut(to count: Int) throws(TraceError) -> Int {
    var reader = LineReader(try RegularFile(url))
    var (found, end, removed) = (0, 0, 0)
    while let line = try reader.next() {
      if found < count, !line.isCut {
        found += 1
        end = line.start + line.bytes.count + 1
      } else {
        removed += 1
      }
    }
    guard found == count else {
      throw TraceError(
        .inconsistent("it has \(found) records, but the trainer's state was saved after \(count)"),
        file: url.relativePath)
    }
    if removed > 0, ftruncate(descriptor, off_t(end)) != 0 {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
    lines = count
    return removed
  }

  /// Flushes the appended lines to the disk.
  func synchronize() throws(TraceError) {
    guard DurableFile.flush(descriptor) else {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
  }
}
