public import Foundation
public import TurnwiseCore

/// A recorded run: its description, environment, episodes, metrics and blobs.
///
///     let run = try Run(opening: folder)
///     var episodes = try run.episodes()
///     while let record = episodes.next() { print(record.episode.name) }
///     let environment = try run.restored(KeyDoor())
///
/// Episodes and metrics are read one record at a time, so a run of any size takes the same memory.
public struct Run: Sendable {
  /// The places of the run's files.
  public let layout: TraceLayout
  /// The description of the run.
  public let record: RunRecord
  /// The run's blobs, which are read on demand.
  public let blobs: BlobStore

  /// Opens the run in a folder.
  ///
  /// - Throws: A ``TraceError`` if the folder does not contain a run or `run.json` cannot be read.
  public init(opening folder: URL) throws { try self.init(TraceLayout(folder)) }

  /// Opens the run of a layout.
  ///
  /// - Throws: A ``TraceError`` if the folder does not contain a run or `run.json` cannot be read.
  public init(_ layout: TraceLayout) throws {
    self.layout = layout
    record = try layout.readRun()
    blobs = layout.blobStore()
  }

  /// The path of the folder, as it was given.
  public var path: String { layout.folder.relativePath }

  /// Returns a reader of the episodes, from the first one.
  ///
  /// - Throws: A ``TraceError`` if the file cannot be opened.
  public func episodes() throws -> RecordReader<EpisodeRecord> {
    try RecordReader(layout.episodes)
  }

  /// Returns a reader of the metrics, from the first record.
  ///
  /// - Throws: A ``TraceError`` if the file cannot be opened.
  public func metrics() throws -> RecordReader<MetricsRecord> {
    try RecordReader(layout.metrics)
  }

  /// Returns an environment with the parameters and tasks of the run.
  ///
  /// The run contains the tasks that were read from a folder, so the folder may have been changed or removed.
  ///
  /// - Parameter environment: The environment with the run's `id`, with any parameters.
  /// - Returns: The environment as it was in the run.
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
