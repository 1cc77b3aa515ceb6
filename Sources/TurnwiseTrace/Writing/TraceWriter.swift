public import Foundation
public import TurnwiseCore

/// Writes the files of a run.
///
/// Each record is a whole line, appended to a file, so a run that is killed leaves at most one line cut
/// short, and a reader can follow a run that is going on. One writer at a time has a folder: it is
/// locked until ``close()`` or the end of the writer.
public final class TraceWriter {
  /// Where the files are.
  public let layout: TraceLayout
  /// How many bytes of episodes and blobs were written.
  public private(set) var bytes = 0
  private var lock: FolderLock?
  private let episodes: AppendedFile
  private let metrics: AppendedFile
  private var knownBlobs: Set<Digest> = []
  private var unsyncedBlobs: [URL] = []

  /// Creates the folder of a run and writes `run.json`.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - run: What is run.
  ///   - blobs: Holds the bytes of the blobs that its parameters name.
  ///   - placement: Whether the folder may exist, and be that of an earlier run.
  /// - Throws: A ``TraceError``, such as ``TraceError/Problem/notEmpty`` if the folder holds something and
  ///   ``TraceError/Problem/held(_:)`` if another writer has it.
  public init(
    _ folder: URL, run: RunRecord, blobs: BlobStore? = nil, placement: FolderPlacement
  ) throws {
    layout = TraceLayout(folder)
    lock = try layout.prepare(placement, command: run.command)
    do {
      try JSON.encode(run, pretty: true).write(to: layout.run, options: .atomic)
      episodes = try AppendedFile(layout.episodes)
      metrics = try AppendedFile(layout.metrics)
      let added = fresh(blobs)
      try write(added)
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: folder.relativePath)
    }
  }

  /// Creates the folder of a run, which is empty or, where `replacing`, that of an earlier run.
  ///
  /// - Throws: As ``init(_:run:blobs:placement:)``.
  public convenience init(
    _ folder: URL, run: RunRecord, blobs: BlobStore? = nil, replacing: Bool
  ) throws {
    try self.init(folder, run: run, blobs: blobs, placement: replacing ? .replacing : .empty)
  }

  /// Appends an episode and the blobs that it names.
  ///
  /// - Parameters:
  ///   - record: The episode.
  ///   - blobs: Holds the bytes of the blobs that it names.
  ///   - limit: How many bytes the files may grow by.
  /// - Throws: A ``TraceError`` if the record cannot be written, or is larger than `limit`: then nothing
  ///   is written.
  public func append(
    _ record: EpisodeRecord, blobs: BlobStore? = nil, limit: Int = .max
  ) throws {
    let line = try Self.line(record, of: layout.episodes)
    let added = fresh(blobs)
    let size = added.reduce(line.count) { $0 + $1.bytes.count }
    guard size <= limit else {
      throw TraceError(.tooLarge(size, limit: limit), file: layout.episodes.relativePath)
    }
    try lock?.check()
    try write(added)
    try episodes.append(line)
    bytes += size
  }

  /// Appends metrics.
  ///
  /// - Throws: A ``TraceError`` if the record cannot be written.
  public func append(_ record: MetricsRecord) throws {
    let line = try Self.line(record, of: layout.metrics)
    try lock?.check()
    try metrics.append(line)
  }

  /// Has everything that was appended written to the disk, so that what is written after it cannot be
  /// there without it.
  ///
  /// - Throws: A ``TraceError``, also where the folder is no longer the one that was opened.
  public func synchronize() throws {
    for file in unsyncedBlobs { try AppendedFile(file).synchronize() }
    unsyncedBlobs = []
    try episodes.synchronize()
    try metrics.synchronize()
    lock?.synchronize()
    try lock?.check()
  }

  /// Ends the writing: what was appended is on the disk, and others may write into the folder.
  ///
  /// - Throws: As ``synchronize()``.
  public func close() throws {
    defer { lock = nil }
    try synchronize()
  }

  private static func line(_ record: some Encodable, of file: URL) throws -> Data {
    do {
      var line = try JSON.encode(record)
      line.append(UInt8(ascii: "\n"))
      return line
    } catch {
      throw TraceError(.system("\(error)"), file: file.relativePath)
    }
  }

  /// The blobs that were not written yet.
  private func fresh(_ blobs: BlobStore?) -> [Blob] {
    (blobs?.drain() ?? []).filter { !knownBlobs.contains($0.digest) }
  }

  private func write(_ blobs: [Blob]) throws {
    guard !blobs.isEmpty else { return }
    do {
      try FileManager.default.createDirectory(at: layout.blobs, withIntermediateDirectories: true)
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: layout.blobs.relativePath)
    }
    for blob in blobs {
      let file = layout.blobs.appending(path: blob.digest.hexadecimal)
      do {
        try Data(blob.bytes).write(to: file)
      } catch {
        throw TraceError(.system(SystemReason.words(error)), file: file.relativePath)
      }
      knownBlobs.insert(blob.digest)
      unsyncedBlobs.append(file)
    }
  }
}

/// A file that grows by whole lines.
private final class AppendedFile {
  private let url: URL
  private let descriptor: Int32

  init(_ url: URL) throws(TraceError) {
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
    (self.url, self.descriptor) = (url, descriptor)
  }

  deinit { close(descriptor) }

  /// Appends bytes, or nothing.
  func append(_ data: Data) throws(TraceError) {
    var status = stat()
    fstat(descriptor, &status)
    var failure: Int32 = 0
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty, failure == 0 {
        let count = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 {
          failure = errno == EINTR ? 0 : errno
        } else {
          rest = rest.dropFirst(count)
        }
      }
    }
    guard failure == 0 else {
      // What was written of the line would be damage in the middle of what comes later.
      _ = ftruncate(descriptor, status.st_size)
      throw TraceError(.system(SystemReason.words(failure)), file: url.relativePath)
    }
  }

  func synchronize() throws(TraceError) {
    // A file system that cannot do it says EINVAL or ENOTSUP; that is not a failure of the run.
    if fsync(descriptor) != 0, ![EINVAL, ENOTSUP, EROFS].contains(errno) {
      throw TraceError(.system(SystemReason.words(errno)), file: url.relativePath)
    }
  }
}
