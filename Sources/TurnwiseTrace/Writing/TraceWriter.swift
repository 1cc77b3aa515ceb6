public import Foundation
public import TurnwiseCore

/// Writes the files of a run.
///
/// Each record is appended to a file as a whole line. A run that is killed therefore leaves at most one
/// incomplete line, and a run can be read while it is written. Only one writer at a time can use a folder, which
/// is locked until ``close()`` or the end of the writer's lifetime.
public final class TraceWriter {
  /// The places of the run's files.
  public let layout: TraceLayout
  /// The number of bytes of episodes and blobs written so far.
  public private(set) var bytes = 0
  /// How many records were removed when the writer continued an interrupted run.
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
  ///   - run: The description of the run.
  ///   - blobs: Contains the blobs of the environment's parameters.
  ///   - placement: Whether the folder may exist, and whether it may contain an earlier run.
  /// - Throws: A ``TraceError``, such as ``TraceError/Problem/notEmpty`` if the folder is not empty and
  ///   ``TraceError/Problem/held(_:)`` if another writer has locked it.
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
      // `run.json` is written last, because it makes the folder a run.
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
  ///   - command: The command that other writers are told about, such as `train`.
  ///   - length: Returns how many records to keep, or `nil` for all; called while the folder is locked.
  ///     ``cut`` is then the number of removed records.
  /// - Throws: A ``TraceError``, such as ``TraceError/Problem/held(_:)`` if another writer has locked the
  ///   folder, or an error of `length`.
  public init(
    resuming folder: URL, command: String, keeping length: (TraceLayout) throws -> TraceLength?
  ) throws {
    layout = TraceLayout(folder)
    let lock = try FolderLock(layout)
    self.lock = lock
    let length = try length(layout)
    try lock.announce(command)
    episodes = try AppendedFile(layout.episodes, mustExist: true)
    metrics = try AppendedFile(layout.metrics, mustExist: true)
    cut.episodes = try episodes.cut(to: length?.episodes)
    cut.metrics = try metrics.cut(to: length?.metrics)
    layout.removeLeftovers()
  }

  /// The number of records, including those that were kept of an interrupted run.
  public var length: TraceLength {
    TraceLength(episodes: episodes.lines, metrics: metrics.lines)
  }

  /// Creates the folder of a run; it may be empty or, if `replacing`, contain an earlier run.
  ///
  /// - Throws: The errors of ``init(_:run:blobs:placement:)``.
  public convenience init(
    _ folder: URL, run: RunRecord, blobs: BlobStore? = nil, replacing: Bool
  ) throws {
    try self.init(folder, run: run, blobs: blobs, placement: replacing ? .replacing : .empty)
  }

  /// Appends an episode and its blobs.
  ///
  /// - Parameters:
  ///   - record: The episode.
  ///   - blobs: Contains the blobs of the episode.
  ///   - limit: The most bytes by which the files may grow.
  /// - Throws: A ``TraceError`` if the record cannot be written or exceeds `limit`; nothing is written then.
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

  /// Flushes everything that was appended to the disk, before anything that is written afterwards.
  ///
  /// - Throws: A ``TraceError``, also if the folder is no longer the one that was opened.
  public func synchronize() throws {
    for file in unsyncedBlobs { try AppendedFile(file).synchronize() }
    unsyncedBlobs = []
    try episodes.synchronize()
    try metrics.synchronize()
    lock?.synchronize()
    try lock?.check()
  }

  /// Flushes everything to the disk and unlocks the folder.
  ///
  /// - Throws: The errors of ``synchronize()``.
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

  /// Returns the blobs that have not been written yet.
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
