internal import Foundation
internal import Turnwise

/// Reads the trainer's state of an earlier run, for a command that writes a run of its own.
enum TrainedPolicy {
  /// Reads the state that a run in `environment` left in a folder.
  ///
  /// - Throws: A ``UsageError`` if the folder is no run, is one of another environment, or is about to
  ///   be replaced; a ``TraceError`` if the run cannot be read.
  static func state(
    in path: String, for environment: String, writingTo out: String?
  ) throws -> TrainerState {
    let folder = URL(filePath: path, directoryHint: .isDirectory)
    let layout = TraceLayout(folder)
    guard FileManager.default.fileExists(atPath: layout.run.path) else {
      throw UsageError.unknownPolicy(path)
    }
    let run = try layout.readRun()
    guard run.environment == environment else {
      throw UsageError.conflict("\(path) was trained in \(run.environment), not in \(environment)")
    }
    if let out, URL(filePath: out).standardizedFileURL.path == folder.standardizedFileURL.path {
      throw UsageError.conflict("--out \(out) would replace the policy that is to be read")
    }
    return try layout.readTrainer()
  }
}
