extension Session {
  /// The episode as traces record it.
  ///
  /// If the scenario or the last state cannot be written as JSON, the episode ends as failed, without that
  /// value and with a message that names the field (`state.best is infinite: …`). Other episodes of the run
  /// are not affected.
  ///
  /// - Parameters:
  ///   - scenario: The scenario as JSON, if the caller has it already.
  ///   - includingState: Whether the last state is recorded.
  ///   - blobs: Receives the bytes of the blobs that the record names.
  /// - Returns: The record.
  /// - Throws: A `CancellationError`, if the environment's own `encode(to:)` throws it.
  public func episode(
    scenario: JSONValue? = nil, includingState: Bool = false, blobs: BlobStore? = nil
  ) throws -> Episode {
    var unrecorded: Failure?
    func recording<T>(_ name: String, _ body: () throws -> T) throws -> T? {
      do {
        return try EncodingError.naming(name, body)
      } catch let error as CancellationError {
        throw error
      } catch {
        unrecorded = unrecorded ?? .unrecorded(error)
        return nil
      }
    }
    let scenario =
      try scenario ?? recording("scenario") { try JSONValue(encoding: self.scenario, blobs: blobs) }
    let finalKey = recordsStateKeys ? try recording("state") { try stateKey } : nil
    let finalState =
      includingState
      ? try recording("state") { try JSONValue(encoding: state, blobs: blobs) } : nil
    let ending = ending ?? .failed(.unfinished)
    return Episode(
      name: name, environment: E.id, family: environment.family(of: self.scenario), origin: origin,
      parent: lineage.last, ancestors: lineage.count > 1 ? lineage.dropLast() : nil,
      scenario: scenario ?? .null, environmentStream: origin.environmentRandom.key,
      policyStream: policyRandom.key, policy: policy, turns: turns, tape: tape,
      // An earlier failure is more informative.
      ending: ending.failure == nil ? unrecorded.map { .failed($0) } ?? ending : ending,
      unfinishedAction: unfinishedAction, judgement: unrecorded == nil ? judgement : nil,
      finalKey: finalKey,
      finalObservation: ending.isCutFromOutside ? environment.observe(state).text : nil,
      finalState: finalState, retries: retries)
  }
}
