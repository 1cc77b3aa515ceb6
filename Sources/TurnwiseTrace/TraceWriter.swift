public import Foundation
public import TurnwiseCore

/// Writes the files of a run.
///
/// Each record is one `write` of a whole line to a file opened for appending, so a run that is
/// killed leaves at most one line cut short, and a reader can follow a run that is going on.
public final class TraceWriter {
  /// Where the files are.
  public let layout: TraceLayout
  private let episodes: FileHandle
  private let metrics: FileHandle
  private var knownBlobs: Set<Digest> = []

  /// Creates the folder of a run and writes `run.json`.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - run: What is run.
  ///   - blobs: Holds the bytes of the blobs that its parameters name.
  ///   - replacing: Whether files of an earlier run in the folder are removed.
  /// - Throws: A ``TraceError``, with ``TraceError/Problem/notEmpty`` if the folder holds something.
  public init(
    _ folder: URL, run: RunRecord, blobs: BlobStore? = nil, replacing: Bool
  ) throws {
    layout = TraceLayout(folder)
    do {
      try Self.prepare(layout, replacing: replacing)
      try JSON.encode(run, pretty: true).write(to: layout.run, options: .atomic)
      episodes = try Self.appending(layout.episodes)
      metrics = try Self.appending(layout.metrics)
      try write(blobs)
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system(error.localizedDescription), file: folder.relativePath)
    }
  }

  /// Refuses a folder that holds something, or clears what a run wrote there.
  public static func prepare(_ layout: TraceLayout, replacing: Bool) throws {
    let files = FileManager.default
    let present = (try? files.contentsOfDirectory(atPath: layout.folder.path)) ?? []
    if !present.isEmpty {
      guard replacing else { throw TraceError(.notEmpty, file: layout.folder.relativePath) }
      // Only what a run writes is removed: `--force` on a wrong folder must not empty it.
      for file in [layout.run, layout.metrics, layout.episodes, layout.blobs, layout.trainer]
      where files.fileExists(atPath: file.path) {
        try files.removeItem(at: file)
      }
    }
    try files.createDirectory(at: layout.folder, withIntermediateDirectories: true)
  }

  private static func appending(_ file: URL) throws -> FileHandle {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw TraceError(.system(String(cString: strerror(errno))), file: file.relativePath)
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Appends an episode and the blobs that it names.
  ///
  /// - Throws: A ``TraceError`` if the record cannot be written.
  public func append(_ record: EpisodeRecord, blobs: BlobStore? = nil) throws {
    try write(blobs)
    try write(to: layout.episodes) { _ in try append(record, to: episodes) }
  }

  /// Writes the blobs that were not written yet.
  private func write(_ blobs: BlobStore?) throws {
    for blob in blobs?.drain() ?? [] where knownBlobs.insert(blob.digest).inserted {
      try write(to: layout.blobs.appending(path: blob.digest.hexadecimal)) { file in
        try FileManager.default.createDirectory(
          at: layout.blobs, withIntermediateDirectories: true)
        try Data(blob.bytes).write(to: file)
      }
    }
  }

  /// Appends metrics.
  ///
  /// - Throws: A ``TraceError`` if the record cannot be written.
  public func append(_ record: MetricsRecord) throws {
    try write(to: layout.metrics) { _ in try append(record, to: metrics) }
  }

  private func append(_ record: some Encodable, to file: FileHandle) throws {
    var line = try JSON.encode(record)
    line.append(UInt8(ascii: "\n"))
    try file.write(contentsOf: line)
  }

  private func write(to file: URL, _ body: (URL) throws -> Void) throws {
    do {
      try body(file)
    } catch {
      throw TraceError(.system("\(error)"), file: file.relativePath)
    }
  }
}
