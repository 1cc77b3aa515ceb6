internal import Foundation
internal import TurnwiseCore
internal import TurnwiseModel
public import TurnwiseTrace

extension TraceLayout {
  /// The contents of `trainer/state.json` besides the names of the files.
  private struct SavedRun: Codable {
    var trainer: JSONValue
    var progress: TrainingProgress
  }

  private var trainerFiles: StateFolder { StateFolder(trainer) }

  /// Whether the run has saved the state of its trainer.
  public var hasTrainer: Bool {
    [trainerFiles.index, trainerVersion1].contains {
      FileManager.default.fileExists(atPath: $0.path)
    }
  }

  /// Reads the state of the trainer of the run, in any version of the format.
  ///
  /// - Parameter evidence: The kinds of evidence that can be measured; models of other kinds are left out.
  /// - Returns: The state.
  /// - Throws: A `TraceError`.
  public func readTrainer(evidence: EvidenceCatalog = .standard) throws -> TrainerState {
    if FileManager.default.fileExists(atPath: trainerVersion1.path),
      !FileManager.default.fileExists(atPath: trainerFiles.index.path)
    {
      let bytes = try RegularFile.bytes(of: trainerVersion1)
      return try naming(trainerVersion1) {
        try TrainerState(SavedTrainer(version1: bytes), evidence: evidence)
      }
    }
    let (files, state) = try trainerFiles.read()
    return try naming(trainerFiles.index) {
      var saved = SavedTrainer(tensors: [:], state: state["trainer"] ?? .null)
      for (name, bytes) in files {
        do {
          saved.tensors[name] = try Safetensors(decoding: Data(bytes))
        } catch {
          throw SavedStateError(part: name, reason: "\(error)")
        }
      }
      return try TrainerState(saved, evidence: evidence)
    }
  }

  /// Reads how far the training run had come when its state was last saved.
  ///
  /// - Returns: `nil` if no state was saved.
  /// - Throws: A `TraceError`.
  public func readProgress() throws -> TrainingProgress? {
    guard FileManager.default.fileExists(atPath: trainerFiles.index.path) else {
      guard hasTrainer else { return nil }
      throw TraceError(
        .version(1, expected: StateFolder.version), file: trainerVersion1.relativePath)
    }
    let index = try trainerFiles.readIndex()
    do {
      return try index.state.decode(SavedRun.self).progress
    } catch let error as DecodingError {
      throw TraceError(
        .notARecord(error.plainDescription), file: trainerFiles.index.relativePath)
    }
  }

  /// Saves the state of a trainer, and how far its run has come.
  ///
  /// - Throws: A `TraceError`.
  func write(_ trainer: TrainerState, _ progress: TrainingProgress) throws {
    do {
      let saved = try trainer.saved
      try trainerFiles.write(
        saved.tensors.mapValues(\.encoded),
        state: JSONValue(encoding: SavedRun(trainer: saved.state, progress: progress)))
    } catch let error as TraceError {
      throw error
    } catch {
      throw TraceError(.system("\(error)"), file: self.trainer.relativePath)
    }
  }

  /// Adds the name of the file to errors of `body`.
  private func naming<Value>(_ file: URL, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SavedStateError {
      throw TraceError(.notARecord("\(error)"), file: file.relativePath)
    }
  }
}
