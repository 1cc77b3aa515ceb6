/// A session as it is saved: everything except the environment, which the reader provides.
private struct SavedSession<Scenario: Codable & Sendable, State: Codable & Sendable>: Codable {
  var environment: String
  var scenario: Scenario
  var origin: EpisodeOrigin
  var lineage: [ForkParent]
  var state: State
  var turns: [Turn]
  var tape: TokenTape
  var ending: Ending?
  var judgement: Judgement?
  var policy: PolicyRecord?
  var retries: Int
  var environmentRetries: Int
  var recordsStateKeys: Bool
  var decided: Action?
  var begun: ActionPrefix?
  var environmentRandom: Randomness
  var unfinishedAction: Action?
}

extension Session {
  /// Encodes the session as JSON, so that another process can continue it.
  ///
  /// - Parameter blobs: Receives the bytes of the blobs that the JSON names. Without a store, the JSON
  ///   contains the bytes.
  /// - Returns: The session, without the environment.
  /// - Throws: An `EncodingError` if the state or the scenario cannot be written as JSON.
  public func saved(blobs: BlobStore? = nil) throws -> JSONValue {
    try JSONValue(
      encoding: SavedSession(
        environment: E.id, scenario: scenario, origin: origin, lineage: lineage, state: state,
        turns: turns, tape: tape, ending: ending, judgement: judgement, policy: policy,
        retries: retries, environmentRetries: environmentRetries,
        recordsStateKeys: recordsStateKeys, decided: decided, begun: begun,
        environmentRandom: environmentRandom, unfinishedAction: unfinishedAction), blobs: blobs)
  }

  /// Restores a saved session.
  ///
  /// - Parameters:
  ///   - environment: The environment, with the parameters that it had when the session was saved.
  ///   - saved: What ``saved(blobs:)`` returned.
  ///   - blobs: The store that the bytes of blobs are read from.
  /// - Throws: A `DecodingError` if `saved` is not a session of the environment.
  public init(_ environment: E, saved: JSONValue, blobs: BlobStore? = nil) throws {
    let saved = try saved.decode(SavedSession<E.Scenario, E.State>.self, blobs: blobs)
    guard saved.environment == E.id else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: [],
          debugDescription: "the session belongs to \(saved.environment), not to \(E.id)"))
    }
    self.init(
      environment: environment, scenario: saved.scenario, origin: saved.origin,
      lineage: saved.lineage, state: saved.state, turns: saved.turns, tape: saved.tape,
      ending: saved.ending, judgement: saved.judgement, policy: saved.policy,
      retries: saved.retries, recordsStateKeys: saved.recordsStateKeys, decided: saved.decided,
      begun: saved.begun, environmentRandom: saved.environmentRandom,
      unfinishedAction: saved.unfinishedAction, environmentRetries: saved.environmentRetries)
  }
}
