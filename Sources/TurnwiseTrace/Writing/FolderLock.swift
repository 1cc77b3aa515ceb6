internal import Foundation
internal import Synchronization
internal import TurnwiseCore

/// The process that writes into a folder.
public struct FolderHolder: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The number of the process.
  public var process: Int
  /// Its command, such as `train`.
  public var command: String
  /// When it began, as ISO 8601.
  public var since: String

  /// Names a process.
  public init(process: Int, command: String, since: String) {
    self.process = process
    self.command = command
    self.since = since
  }

  /// Command, process and time in words.
  public var description: String { "'\(command)', process \(process), since \(since)" }
}

/// The right to write into a folder, which one writer at a time has.
///
/// The folder itself is locked, and the lock ends with its process, however that ends. While it is held, the
/// file `writer.json` names its holder to others; without the lock the file means nothing.
package final class FolderLock: Sendable {
  private let layout: TraceLayout
  private let descriptor: Int32
  private let isAnnounced = Mutex(false)

  /// Locks a folder, and writes nothing into it.
  ///
  /// - Parameter layout: The folder, which exists.
  /// - Throws: A ``TraceError``, with ``TraceError/Problem/held(_:)`` if another writer has it.
  package init(_ layout: TraceLayout) throws(TraceError) {
    let name = layout.folder.relativePath
    let descriptor = open(layout.folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TraceError(.system(SystemReason.words(errno)), file: name) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      guard reason == EWOULDBLOCK else {
        throw TraceError(.system(SystemReason.words(reason)), file: name)
      }
      throw TraceError(
        .held(try? layout.read(FolderHolder.self, from: layout.writer)), file: name)
    }
    // From here on an error ends the lock: what is complete is deinitialised.
    self.layout = layout
    self.descriptor = descriptor
    try check()
  }

  /// Writes down who holds the folder.
  ///
  /// - Parameter command: The command of the holder, such as `train`.
  /// - Throws: A ``TraceError``.
  package func announce(_ command: String) throws(TraceError) {
    let holder = FolderHolder(
      process: Int(getpid()), command: command, since: Date.now.ISO8601Format())
    guard let data = try? JSON.encode(holder) else { return }
    try DurableFile.replace(layout.writer, with: data)
    isAnnounced.withLock { $0 = true }
  }

  deinit {
    if isAnnounced.withLock({ $0 }) { unlinkat(descriptor, layout.writer.lastPathComponent, 0) }
    // A process that another thread is just starting has a copy of the descriptor until it executes its
    // program, and the lock would last as long as the copy.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Makes sure that the folder is still the one that was locked.
  ///
  /// - Throws: A ``TraceError`` with ``TraceError/Problem/replaced``.
  package func check() throws(TraceError) {
    var (own, named) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, stat(layout.folder.path, &named) == 0,
      own.st_dev == named.st_dev, own.st_ino == named.st_ino
    else { throw TraceError(.replaced, file: layout.folder.relativePath) }
  }

  /// Flushes the names in the folder to the disk.
  package func synchronize() { fsync(descriptor) }
}
