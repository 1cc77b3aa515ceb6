internal import Foundation
internal import Synchronization
internal import TurnwiseCore

/// The process that writes into a folder.
public struct FolderHolder: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The process identifier.
  public var process: Int
  /// Its command, such as `train`.
  public var command: String
  /// When it locked the folder, in ISO 8601.
  public var since: String

  /// Describes a process.
  public init(process: Int, command: String, since: String) {
    self.process = process
    self.command = command
    self.since = since
  }

  /// The command, process and time in words.
  public var description: String { "'\(command)', process \(process), since \(since)" }
}

/// The exclusive right to write into a folder.
///
/// The lock is on the folder itself and ends with its process, even if the process is killed. While it is held,
/// the file `writer.json` tells others who holds it; without the lock the file has no meaning.
package final class FolderLock: Sendable {
  private let layout: TraceLayout
  private let descriptor: Int32
  private let isAnnounced = Mutex(false)

  /// Locks a folder without writing into it.
  ///
  /// - Parameter layout: The folder, which must exist.
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
    // All properties are set, so an error from here on runs `deinit`, which unlocks the folder.
    self.layout = layout
    self.descriptor = descriptor
    try check()
  }

  /// Writes `writer.json`, which names the holder of the lock.
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
    // Unlocked explicitly: a process that another thread is starting has a copy of the descriptor until it
    // executes its program, and closing only this one would keep the lock as long as the copy exists.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Checks that the folder is still the one that was locked.
  ///
  /// - Throws: A ``TraceError`` with ``TraceError/Problem/replaced``.
  package func check() throws(TraceError) {
    var (own, named) = (stat(), stat())
    guard fstat(descriptor, &own) == 0, stat(layout.folder.path, &named) == 0,
      own.st_dev == named.st_dev, own.st_ino == named.st_ino
    else { throw TraceError(.replaced, file: layout.folder.relativePath) }
  }

  /// Flushes the entries of the folder to the disk.
  package func synchronize() { fsync(descriptor) }
}
