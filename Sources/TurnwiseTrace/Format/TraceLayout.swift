public import Foundation
public import TurnwiseCore

/// The places of a run's files, and the version of their format.
///
/// Within a version, fields are only added, and readers ignore fields that they do not know. Values that may
/// differ between otherwise equal runs are under the key `timing` of a record and `host` of `run.json`.
public struct TraceLayout: Hashable, Sendable {
  /// The version that this code writes.
  ///
  /// Version 2 (2026-11) added the policy of an episode, the messages of models and the ids of calls, and
  /// keeps the trainer's state in a folder.
  public static let version = 2
  /// The versions that this code reads.
  public static let readableVersions = 1...version

  /// The run's folder.
  public var folder: URL

  /// Creates the layout of a run's folder.
  public init(_ folder: URL) { self.folder = folder }

  /// The description of the run (``RunRecord``): one JSON object.
  public var run: URL { folder.appending(path: "run.json") }
  /// The metrics: one record for each update and evaluation.
  public var metrics: URL { folder.appending(path: "metrics.jsonl") }
  /// The episodes: one record for each.
  public var episodes: URL { folder.appending(path: "episodes.jsonl") }
  /// The folder of blobs, each in a file that is named by its digest.
  public var blobs: URL { folder.appending(path: "blobs") }
  /// The folder of the trainer's state: the trained policy, and everything else that is needed to continue.
  public var trainer: URL { folder.appending(path: "trainer") }
  /// The file of the trainer's state in version 1 of its format.
  package var trainerVersion1: URL { folder.appending(path: "trainer.json") }

  /// The results of a comparison or a transfer.
  public var results: URL { folder.appending(path: "results.json") }
  /// The process that writes into the folder (``FolderHolder``), while there is one.
  public var writer: URL { folder.appending(path: "writer.json") }

  /// Returns a store that reads the run's blobs on demand.
  public func blobStore() -> BlobStore {
    let folder = blobs
    return BlobStore { digest in
      try? RegularFile.bytes(of: folder.appending(path: digest.hexadecimal))
    }
  }
}
