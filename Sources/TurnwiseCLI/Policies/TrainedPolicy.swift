internal import Foundation
internal import Turnwise
internal import TurnwiseSandbox

/// Reads the trainer's state of an earlier run, for a command that writes a run.
enum TrainedPolicy {
  /// Reads the trainer's state of a run in `environment`, and warns if the run had other parameters or tasks.
  ///
  /// - Throws: A ``UsageError`` if the folder is not a run, is a run of another environment, or would be
  ///   replaced by the command's output; a ``TraceError`` if the run cannot be read.
  static func state<E: Environment>(
    in path: String, for environment: E, writingTo out: String?, _ console: Console,
    evidence: EvidenceCatalog = .standard
  ) throws -> TrainerState {
    try Sandbox.requireHidden(path)
    let layout = TraceLayout(URL(filePath: path, directoryHint: .isDirectory))
    guard FileManager.default.fileExists(atPath: layout.run.path) else {
      throw UsageError.conflict("\(path) is not the folder of a run")
    }
    let run = try Run(layout)
    try run.requirePlayed(in: environment)
    try requireKept(path, writingTo: out)
    let others = try differences(
      run.record.parameters, Parameters.settings(of: environment, blobs: BlobStore()))
    if !others.isEmpty {
      console.warn("\(path) was trained with other values of: \(others.joined(separator: ", "))")
    }
    guard let state = try run.models(evidence: evidence) else {
      throw UsageError.untrainedPolicy(path, command: run.record.command)
    }
    return state
  }

  /// Refuses to read a run that the command's output would replace.
  ///
  /// - Throws: A ``UsageError``.
  static func requireKept(_ path: String, writingTo out: String?) throws {
    guard let out else { return }
    // Links are followed, because their targets would be replaced.
    func place(_ path: String) -> String {
      URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    let (read, written) = (place(path), place(out))
    if read == written || read.hasPrefix(written + "/") {
      throw UsageError.conflict("--out \(out) would replace the run in \(path) that is to be read")
    }
  }

  /// Returns the names of parameters that differ, such as `turnLimit` and `tasks.sort-names`.
  private static func differences(
    _ left: [String: JSONValue], _ right: [String: JSONValue], in path: String = ""
  ) -> [String] {
    Set(left.keys).union(right.keys).sorted().filter { left[$0] != right[$0] }.flatMap { key in
      if path.isEmpty, case .object(let left)? = left[key], case .object(let right)? = right[key] {
        return differences(left, right, in: key + ".")
      }
      return [path + key]
    }
  }
}

extension Run {
  /// Refuses a run of another environment.
  ///
  /// - Throws: A ``UsageError``.
  func requirePlayed<E: Environment>(in environment: E) throws {
    guard record.environment == E.id else {
      throw UsageError.conflict("\(path) was played in \(record.environment), not in \(E.id)")
    }
  }
}
