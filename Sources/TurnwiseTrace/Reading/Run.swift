public import Foundation
public import TurnwiseCore

/// A run that is read: what was run, its environment, episodes, metrics and blobs.
///
///     let run = try Run(opening: folder)
///     var episodes = try run.episodes()
///     while let record = episodes.next() { print(record.episode.name) }
///     let environment = try run.restored(KeyDoor())
///
/// Episodes and metrics are read one record at a time, so a run of any size takes the same memory.
public struct Run: Sendable {
  /// Where the files are.
  public let layout: TraceLayout
  /// What was run.
  public let record: RunRecord
  /// The run's blobs, which are read when they are asked for.
  public let blobs: BlobStore

  /// Opens the run in a folder.
  ///
  /// - Throws: A ``TraceError`` where the folder holds no run, or `run.json` cannot be read.
  public init(opening folder: URL) throws { try self.init(TraceLayout(folder)) }

  /// Opens the run of a layout.
  ///
  /// - Throws: A ``TraceError`` where the folder holds no run, or `run.json` cannot be read.
  public init(_ layout: TraceLayout) throws {
    self.layout = layout
    record = try layout.readRun()
    blobs = layout.blobStore()
  }

  /// The folder as it was named.
  public var path: String { layout.folder.relativePath }

  /// Reads the episodes from the first one on.
  ///
  /// - Throws: A ``TraceError`` if the file cannot be opened.
  public func episodes() throws -> RecordReader<EpisodeRecord> {
    try RecordReader(layout.episodes)
  }

  /// Reads the metrics from the first ones on.
  ///
  /// - Throws: A ``TraceError`` if the file cannot be opened.
  public func metrics() throws -> RecordReader<MetricsRecord> {
    try RecordReader(layout.metrics)
  }

  /// The environment with the parameters and tasks that the run was played with.
  ///
  /// Tasks that were read from a folder are in the run, so the folder may have changed since, or be gone.
  ///
  /// - Parameter environment: The environment of the run's `id`, with any parameters.
  /// - Returns: The environment as it was played.
  /// - Throws: A ``TraceError`` that names the run's file.
  public func restored<E: Environment>(_ environment: E) throws -> E {
    guard E.id == record.environment else {
      throw TraceError(
        .inconsistent("the environment is \(record.environment), not \(E.id)"),
        file: layout.run.relativePath)
    }
    do {
      return try Parameters.setting(record.parameters, of: environment, blobs: blobs)
    } catch let problem as Parameters.Problem {
      throw TraceError(.inconsistent("parameters: \(problem)"), file: layout.run.relativePath)
    }
  }
}
