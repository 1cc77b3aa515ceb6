package import Foundation
internal import TurnwiseCore

/// Which folders are allowed for a new run.
public enum FolderPlacement: Sendable {
  /// A folder that does not exist yet.
  case new
  /// A folder that does not exist, or is empty.
  case empty
  /// A folder that does not exist, is empty, or contains an earlier run, which is removed.
  case replacing
}

extension TraceLayout {
  /// Creates and locks the folder of a run, and removes an earlier run from it.
  ///
  /// - Throws: A ``TraceError``.
  func prepare(_ placement: FolderPlacement, command: String) throws(TraceError) -> FolderLock {
    let name = folder.relativePath
    do {
      try FileManager.default.createDirectory(
        at: folder.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      // If a part of the path is a file, Foundation's message is misleading.
      let isBlocked = (error as? CocoaError)?.code == .fileWriteFileExists
      let reason = isBlocked ? SystemReason.words(ENOTDIR) : SystemReason.words(error)
      throw TraceError(.system("the folder cannot be created: \(reason)"), file: name)
    }
    // `mkdir` fails if the folder exists, so that only one of several concurrent runs creates it.
    if mkdir(folder.path, 0o777) != 0 {
      guard errno == EEXIST else {
        throw TraceError(
          .system("the folder cannot be created: \(SystemReason.words(errno))"), file: name)
      }
      if case .new = placement { throw TraceError(.notEmpty, file: name) }
    }
    let lock = try FolderLock(self)
    if isAbandoned {
      try removeFiles()
    } else if !isEmpty {
      guard case .replacing = placement else { throw TraceError(.notEmpty, file: name) }
      guard isRun else { throw TraceError(.notARun, file: name) }
      try removeRun()
    }
    try lock.announce(command)
    return lock
  }

  private var isEmpty: Bool {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return present.isEmpty
  }

  /// Whether the folder contains only files of a writer that was killed before it wrote `run.json`.
  private var isAbandoned: Bool {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let marks = [DurableFile.temporary(writer)] + (isWriterOurs ? [writer] : [])
    let own = marks + [blobs, episodes, metrics, DurableFile.temporary(run)]
    return marks.contains { present.contains($0.lastPathComponent) }
      && Set(own.map(\.lastPathComponent)).isSuperset(of: present)
      && [episodes, metrics].allSatisfy { ((try? RegularFile.bytes(of: $0)) ?? []).isEmpty }
  }

  /// Whether `writer.json` exists and names a writer, as after a writer was killed.
  private var isWriterOurs: Bool { (try? read(FolderHolder.self, from: writer)) != nil }

  /// The temporary names under which new content is written before it replaces a file.
  private var temporaryFiles: [URL] {
    [run, episodes, results, writer].map(DurableFile.temporary)
  }

  /// Removes the temporary files of a writer that was killed while it replaced a file.
  func removeLeftovers() {
    for file in temporaryFiles { unlink(file.path) }
    StateFolder(trainer).removeLeftovers()
  }

  /// Whether Turnwise wrote the folder's `run.json`, in any version of the format.
  package var isRun: Bool {
    guard let record = try? read(JSONValue.self, from: run) else { return false }
    return Self.runKeys.allSatisfy { record[$0] != nil }
  }

  /// Whether Turnwise may have written the folder's `run.json`, even if the file is damaged.
  package var mayBeRun: Bool {
    guard FileManager.default.fileExists(atPath: run.path) else { return false }
    guard let record = try? read(JSONValue.self, from: run) else { return true }
    return Self.runKeys.contains { record[$0] != nil }
  }

  private static let runKeys = ["version", "command", "turnwise", "environment"]

  /// Removes the files of a run, including the runs of a comparison, and nothing else.
  private func removeRun() throws(TraceError) {
    let isComparison = (try? read(JSONValue.self, from: run))?["command"] == "compare"
    for folder in isComparison ? runs() : [] {
      let part = TraceLayout(folder)
      let lock = try FolderLock(part)
      try withExtendedLifetime(lock) { () throws(TraceError) in try part.removeFiles() }
    }
    try removeFiles()
    for folder in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      // Removes only empty folders; fails for everything else, as intended.
      rmdir(self.folder.appending(path: folder).path)
    }
  }

  private func removeFiles() throws(TraceError) {
    let stored = (try? FileManager.default.contentsOfDirectory(atPath: blobs.path)) ?? []
    let own = stored.filter { Digest(hexadecimal: $0) != nil }.map { blobs.appending(path: $0) }
    // `run.json` is removed last, so that an interrupted removal can be repeated.
    let left = isWriterOurs ? [writer] : []
    StateFolder(trainer).remove()
    let files = [metrics, episodes, trainerVersion1, results] + temporaryFiles
    for file in files + own + left + [run] {
      guard unlink(file.path) == 0 || errno == ENOENT || errno == ENOTDIR else {
        throw TraceError(.system(SystemReason.words(errno)), file: file.relativePath)
      }
    }
    rmdir(blobs.path)
  }

  /// The folders of runs within this one, such as those of a comparison, by name.
  package func runs() -> [URL] { entries().filter { TraceLayout($0).isRun } }

  /// The folders of runs within this one, including damaged ones.
  package func possibleRuns() -> [URL] { entries().filter { TraceLayout($0).mayBeRun } }

  /// The entries of the folder by name, as if all of them were folders.
  package func entries() -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appending(path: $0, directoryHint: .isDirectory) }
  }
}
