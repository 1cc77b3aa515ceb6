public import TurnwiseTrace

extension Run {
  /// Reads the trained policy and its models of evidence.
  ///
  /// - Parameter evidence: The kinds of evidence that can be measured; models of other kinds are left out.
  /// - Returns: `nil` if the run has trained no policy.
  /// - Throws: A `TraceError` if they cannot be read.
  public func models(evidence: EvidenceCatalog = .standard) throws -> TrainerState? {
    layout.hasTrainer ? try layout.readTrainer(evidence: evidence) : nil
  }
}
