/// A session without the type of its environment.
///
/// Programs that choose the environment at run time, such as servers, can keep sessions of different
/// environments in one collection. An open session is a value like ``Session``: a copy is a fork.
public struct OpenSession: Sendable {
  private var session: any PlayableSession

  /// Erases the environment's type of a session.
  public init<E: Environment>(_ session: Session<E>) { self.session = session }

  /// Draws the scenario that an origin names and starts an episode on it.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw.
  public init(_ environment: any Environment, origin: EpisodeOrigin) throws {
    func start<E: Environment>(_ environment: E) throws -> any PlayableSession {
      try Session(environment, origin: origin)
    }
    session = try start(environment)
  }

  /// Restores a saved session.
  ///
  /// - Parameters:
  ///   - environment: The environment, with the parameters that it had when the session was saved.
  ///   - saved: What ``saved(blobs:)`` returned.
  ///   - blobs: The store that the bytes of blobs are read from.
  /// - Throws: A `DecodingError` if `saved` is not a session of the environment.
  public init(_ environment: any Environment, saved: JSONValue, blobs: BlobStore? = nil) throws {
    func restore<E: Environment>(_ environment: E) throws -> any PlayableSession {
      try Session(environment, saved: saved, blobs: blobs)
    }
    session = try restore(environment)
  }

  /// The session with its type, if its environment is `E`.
  public func session<E: Environment>(of type: E.Type = E.self) -> Session<E>? {
    session as? Session<E>
  }

  /// The environment's `id`.
  public var environment: String { session.environmentID }
  /// The name of the episode in its run.
  public var name: String { session.name }
  /// What a policy sees now.
  public var situation: Situation { session.situation }
  /// The key of the state.
  ///
  /// - Throws: What the state's `encode(to:)` throws.
  public var stateKey: StateKey { get throws { try session.stateKey } }
  /// The turns played so far.
  public var turns: [Turn] { session.turns }
  /// How the episode ended, if it has.
  public var ending: Ending? { session.ending }
  /// The environment's judgement of the last state, once the episode has ended.
  public var judgement: Judgement? { session.judgement }
  /// Which policy plays.
  public var policy: PolicyRecord? {
    get { session.policy }
    set { session.policy = newValue }
  }

  /// Plays one turn, or does nothing once the episode has ended.
  public nonisolated(nonsending) mutating func play(_ action: Action) async {
    await session.play(action)
  }

  /// Plays one turn with a policy's decision, or ends the episode if there is none; see
  /// ``Session/play(_:after:)``.
  public nonisolated(nonsending) mutating func play(
    _ decision: Result<Decision, Failure>, after retries: Int = 0
  ) async {
    await session.play(decision, after: retries)
  }

  /// What the environment's scripted expert would do now; nil if there is no expert.
  ///
  /// - Throws: What the environment's `expert` throws.
  public func expertAction(_ noise: ExpertNoise = .none) throws -> Action? {
    try session.expertAction(noise)
  }

  /// Ends an unfinished episode as failed.
  public mutating func fail(_ failure: Failure) { session.fail(failure) }

  /// Returns a copy with its own random streams; see ``Session/forked(_:beginning:)``.
  public func forked(_ stream: String, beginning: ActionBeginning? = nil) -> OpenSession {
    var copy = self
    copy.session = session.fork(stream, beginning: beginning)
    return copy
  }

  /// The episode as traces record it; see ``Session/episode(scenario:includingState:blobs:)``.
  public func episode(includingState: Bool = false, blobs: BlobStore? = nil) throws -> Episode {
    try session.episode(scenario: nil, includingState: includingState, blobs: blobs)
  }

  /// Encodes the session as JSON, so that another process can continue it.
  ///
  /// - Throws: An `EncodingError` if the state or the scenario cannot be written as JSON.
  public func saved(blobs: BlobStore? = nil) throws -> JSONValue { try session.saved(blobs: blobs) }
}

/// The members of ``Session`` that do not depend on the type of its environment.
private protocol PlayableSession: Sendable {
  var environmentID: String { get }
  var name: String { get }
  var situation: Situation { get }
  var stateKey: StateKey { get throws }
  var turns: [Turn] { get }
  var ending: Ending? { get }
  var judgement: Judgement? { get }
  var policy: PolicyRecord? { get set }
  nonisolated(nonsending) mutating func play(_ action: consuming Action) async
  nonisolated(nonsending) mutating func play(
    _ decision: Result<Decision, Failure>, after retries: Int
  ) async
  mutating func fail(_ failure: Failure)
  func expertAction(_ noise: ExpertNoise) throws -> Action?
  func fork(_ stream: String, beginning: ActionBeginning?) -> any PlayableSession
  func episode(scenario: JSONValue?, includingState: Bool, blobs: BlobStore?) throws -> Episode
  func saved(blobs: BlobStore?) throws -> JSONValue
}

extension Session: PlayableSession {
  fileprivate var environmentID: String { E.id }

  fileprivate func fork(
    _ stream: String, beginning: ActionBeginning?
  ) -> any PlayableSession {
    forked(stream, beginning: beginning)
  }
}
