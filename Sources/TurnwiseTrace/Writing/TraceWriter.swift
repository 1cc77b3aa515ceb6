public import Foundation
public import TurnwiseCore

/// Writes the files of a run.
///
/// Each record is a whole line, appended to a file. A run that is killed therefore leaves at most one line that
/// is cut short, and a reader can follow a run that is going on. One writer at a time has a folder: the folder
/// is locked until ``close()`` or the end of the writer.
public final class TraceWriter {
  /// Where the files are.
  public let layout: TraceLayout
  /// The number of bytes of episodes and blobs that were written.
  public private(set) var bytes = 0
  /// What was cut off when the writer continued an interrupted run.
  public private(set) var cut = TraceLength()
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
      episodes = try AppendedFile(layout.episodes)
      metrics = try AppendedFile(layout.metrics)
      let added = fresh(blobs)
      try write(added)
      // Last: a folder with this file is a run, whatever comes next.
      try synchronize()
      try DurableFile.replace(layout.run, with: JSON.encode(run, pretty: true))
      DurableFile.synchronize(folder)
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(SystemReason.words(error)), file: folder.relativePath)
    }
  }

  /// Continues a run that was interrupted.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - command: What other writers are told about this one, such as `train`.
  ///   - length: Returns how many records are kept, while nobody else writes into the folder; ``cut`` says
  ///     how many were not.
  /// - Throws: A ``TraceError``, such as ``TraceError/Problem/held(_:)`` if another writer has the folder, or
  ///   what `length` throws.
  public init(
    resuming folder: URL, command: String, keeping length: (TraceLayout) throws -> TraceLength
  ) throws {
    layout = TraceLayout(folder)
    let lock = try FolderLock(layout)
    self.lock = lock
    let length = try length(layout)
    try lock.announce(command)
    episodes = try AppendedFile(layout.episodes)
    metrics = try AppendedFile(layout.metrics)
    cut.episodes = try episodes.cut(to: length.episodes)
    cut.metrics = try metrics.cut(to: length.metrics)
    layout.removeLeftovers()
  }

  /// The number of records that were written, including those of an interrupted run that is continued.
  public var length: TraceLength {
    TraceLength(episodes: episodes.lines, metrics: metrics.lines)
  }

  /// Creates the folder of a run, which is empty or, if `replacing`, that of an earlier run.
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
  ///   - limit: The most bytes by which the files may grow.
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

  /// Flushes everything that was appended to the disk, so that nothing written afterwards can be there
  /// without it.
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

  /// Returns the blobs that were not written yet.
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
