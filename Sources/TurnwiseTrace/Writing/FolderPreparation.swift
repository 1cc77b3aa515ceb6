package import Foundation
internal import TurnwiseCore

/// What the folder of a new run may be.
public enum FolderPlacement: Sendable {
  /// A folder that is made, and does not exist yet.
  case new
  /// A folder that does not exist, or is empty.
  case empty
  /// One of these, or that of an earlier run, which is removed.
  case replacing
}

extension TraceLayout {
  /// Makes the folder of a run, takes the right to write into it, and sees that it is empty of runs.
  ///
  /// - Throws: A ``TraceError``.
  func prepare(_ placement: FolderPlacement, command: String) throws(TraceError) -> FolderLock {
    let name = folder.relativePath
    do {
      try FileManager.default.createDirectory(
        at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      // Foundation's words for a part of the path that is a file say something else.
      let isBlocked = (error as? CocoaError)?.code == .fileWriteFileExists
      let reason = isBlocked ? SystemReason.words(ENOTDIR) : SystemReason.words(error)
      throw TraceError(.system("the folder cannot be made: \(reason)"), file: name)
    }
    // One call that fails where the folder exists, so that of several runs one alone has made it.
    if mkdir(folder.path, 0o777) != 0 {
      guard errno == EEXIST else {
        throw TraceError(
          .system("the folder cannot be made: \(SystemReason.words(errno))"), file: name)
      }
      if case .new = placement { throw TraceError(.notEmpty, file: name) }
    }
    let lock = try FolderLock(self)
    if !isEmpty {
      guard case .replacing = placement else { throw TraceError(.notEmpty, file: name) }
      guard isRun else { throw TraceError(.notARun, file: name) }
      try removeRun()
    }
    try lock.announce(command)
    return lock
  }

  private var isEmpty: Bool {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return present.isEmpty || (present == [writer.lastPathComponent] && isWriterOurs)
  }

  /// Whether a writer has left the file that names it, as one that is killed does.
  private var isWriterOurs: Bool { (try? read(FolderHolder.self, from: writer)) != nil }

  /// Whether Turnwise wrote the folder's `run.json`, in any version of the format.
  package var isRun: Bool {
    guard let record = try? read(JSONValue.self, from: run) else { return false }
    return Self.runKeys.allSatisfy { record[$0] != nil }
  }

  /// Whether Turnwise may have written the folder's `run.json`, though it is damaged now.
  package var mayBeRun: Bool {
    guard FileManager.default.fileExists(atPath: run.path) else { return false }
    guard let record = try? read(JSONValue.self, from: run) else { return true }
    return Self.runKeys.contains { record[$0] != nil }
  }

  private static let runKeys = ["version", "command", "turnwise", "environment"]

  /// Removes what a run wrote, and nothing else; of a comparison its runs, too.
  private func removeRun() throws(TraceError) {
    let isComparison = (try? read(JSONValue.self, from: run))?["command"] == "compare"
    for folder in isComparison ? runs() : [] {
      let part = TraceLayout(folder)
      let lock = try FolderLock(part)
      try withExtendedLifetime(lock) { () throws(TraceError) in try part.removeFiles() }
    }
    try removeFiles()
    for folder in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      // Fails, as it should, for all that is not an empty folder.
      rmdir(self.folder.appending(path: folder).path)
    }
  }

  private func removeFiles() throws(TraceError) {
    let stored = (try? FileManager.default.contentsOfDirectory(atPath: blobs.path)) ?? []
    let own = stored.filter { Digest(hexadecimal: $0) != nil }.map { blobs.appending(path: $0) }
    // The run last, so that a removal that was stopped can be repeated.
    let left = isWriterOurs ? [writer] : []
    for file in [metrics, episodes, trainer, results] + own + left + [run] {
      guard unlink(file.path) == 0 || errno == ENOENT || errno == ENOTDIR else {
        throw TraceError(.system(SystemReason.words(errno)), file: file.relativePath)
      }
    }
    rmdir(blobs.path)
  }

  /// The folders of runs within this one, such as those of a comparison, by name.
  package func runs() -> [URL] { entries().filter { TraceLayout($0).isRun } }

  /// The folders of runs within this one, also of those that are damaged.
  package func possibleRuns() -> [URL] { entries().filter { TraceLayout($0).mayBeRun } }

  /// What is in the folder, by name, as if all of it were folders.
  package func entries() -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0, directoryHint: .isDirectory) }
  }
}
