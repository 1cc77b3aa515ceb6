public import Foundation
public import TurnwiseCore

/// Where the files of a run are, and the version of their format.
///
/// Within a version fields are only added, and readers ignore those that they do not know. What may
/// differ between equal runs lives under the key `timing` of a record and `host` of `run.json`.
public struct TraceLayout: Hashable, Sendable {
  /// The version that this code writes.
  ///
  /// Version 2 (2026-11) added which policy played an episode, the message that a model wrote and the ids of
  /// calls, and keeps the trainer's state in a folder.
  public static let version = 2
  /// The versions that this code reads.
  public static let readableVersions = 1...version

  /// The run's folder.
  public var folder: URL

  /// Names the files of a run.
  public init(_ folder: URL) { self.folder = folder }

  /// What was run: one JSON object.
  public var run: URL { folder.appending(path: "run.json") }
  /// One record for each update.
  public var metrics: URL { folder.appending(path: "metrics.jsonl") }
  /// One record for each episode.
  public var episodes: URL { folder.appending(path: "episodes.jsonl") }
  /// The bytes of blobs, each in a file that is named by its digest.
  public var blobs: URL { folder.appending(path: "blobs") }
  /// The folder of the trainer's state: the trained policy, and everything else that is needed to continue.
  public var trainer: URL { folder.appending(path: "trainer") }
  /// The trainer's state as version 1 of its format had it, in one file.
  package var trainerVersion1: URL { folder.appending(path: "trainer.json") }

  /// What a comparison, or a transfer, came to.
  public var results: URL { folder.appending(path: "results.json") }
  /// Who writes into the folder, while somebody does.
  public var writer: URL { folder.appending(path: "writer.json") }

  /// A store that reads the run's blobs when they are asked for.
  public func blobStore() -> BlobStore {
    let folder = blobs
    return BlobStore { digest in
      try? RegularFile.bytes(of: folder.appending(path: digest.hexadecimal))
    }
  }
}
