internal import Foundation
public import TurnwiseTrace

extension Run {
  /// The trained policy and the models beside it; nil where the run has trained none.
  ///
  /// - Throws: A `TraceError` where they cannot be read.
  public func models() throws -> TrainerState? {
    FileManager.default.fileExists(atPath: layout.trainer.path) ? try layout.readTrainer() : nil
  }
}
