/// An episode in progress: its state, random generator and history.
///
/// A session is a value, so a copy is a fork:
///
///     var branch = session.forked("what-if")
///     await branch.play(.call("open", ["door": "left"]))   // `session` has not moved.
///
/// Two generators never mix: the environment's is advanced only by `start` and `step`, and the
/// policy's is derived anew for each turn, so that replay draws nothing for the policy.
public struct Session<E: Environment>: Sendable {
  /// The rules.
  public let environment: E
  /// What the episode is about.
  public let scenario: E.Scenario
  /// Where the episode comes from.
  public let origin: EpisodeOrigin
  /// The forks that led here, oldest first.
  public private(set) var lineage: [ForkParent] = []
  /// Everything that changes.
  public private(set) var state: E.State
  /// The turns that were played.
  public private(set) var turns: [Turn] = []
  /// The tokens that a policy read and sampled.
  public private(set) var tape = TokenTape()
  /// How the episode ended, if it has.
  public private(set) var ending: Ending?
  /// What the environment said of the last state, once the episode has ended.
  public private(set) var judgement: Judgement?
  /// Which policy plays.
  ///
  /// A ``Rollout`` sets it. A fork may be played by another policy than its parent.
  public var policy: PolicyRecord?
  /// How often a decision, a turn or the judgement was tried again after a retryable failure.
  public private(set) var retries = 0

  /// Whether the record says in which states turns were decided and the episode ended.
  ///
  /// It does unless this is set to `false`. A key costs an encoding of the whole state and a hash of
  /// it, each turn. Estimators that compare states, forks that are shared, and the check of states in
  /// a replay need keys; nothing else does, and without them the episode is the same. Forks inherit
  /// the setting.
  public var recordsStateKeys = true

  /// The next action, where a fork keeps its parent's; the policy is not asked for it.
  package private(set) var decided: Action?
  /// What was sampled of the next action before the session was forked in the middle of it.
  private(set) var begun: ActionPrefix?
  private(set) var environmentRandom: Randomness
  private(set) var unfinishedAction: Action?
  /// How many of the ``retries`` were of the environment.
  private(set) var environmentRetries = 0

  /// How often an episode tries again after retryable failures of the environment.
  private static var retryLimit: Int { 2 }

  /// Starts an episode on `scenario`.
  ///
  /// - Throws: What the environment's `start` throws.
  public init(_ environment: E, scenario: E.Scenario, origin: EpisodeOrigin) throws {
    self.environment = environment
    self.scenario = scenario
    self.origin = origin
    environmentRandom = origin.environmentRandom
    // So many fit a block of a kilobyte, the largest that is handed out without a search.
    turns.reserveCapacity(min(environment.turnLimit, 7))
    state = try environment.start(scenario, using: &environmentRandom)
  }

  /// Puts a session together of its parts.
  init(
    environment: E, scenario: E.Scenario, origin: EpisodeOrigin, lineage: [ForkParent],
    state: E.State, turns: [Turn], tape: TokenTape, ending: Ending?, judgement: Judgement?,
    policy: PolicyRecord?, retries: Int, recordsStateKeys: Bool, decided: Action?,
    begun: ActionPrefix?, environmentRandom: Randomness, unfinishedAction: Action?,
    environmentRetries: Int
  ) {
    (self.environment, self.scenario, self.origin) = (environment, scenario, origin)
    (self.lineage, self.state, self.turns, self.tape) = (lineage, state, turns, tape)
    (self.ending, self.judgement, self.policy) = (ending, judgement, policy)
    (self.retries, self.environmentRetries) = (retries, environmentRetries)
    (self.recordsStateKeys, self.decided, self.begun) = (recordsStateKeys, decided, begun)
    (self.environmentRandom, self.unfinishedAction) = (environmentRandom, unfinishedAction)
  }

  /// The name of the episode in its run.
  public var name: String {
    lineage.last?.childName ?? origin.name
  }

  /// What a policy gets to see now.
  public var situation: Situation {
    Situation(
      episode: name, instructions: environment.instructions, tools: environment.tools.descriptions,
      observation: environment.observe(state), turns: turns, tape: tape, begun: begun,
      random: policyRandom.stream("turn", turns.count))
  }

  /// The key of the state.
  ///
  /// - Throws: What the state's `encode(to:)` throws.
  public var stateKey: StateKey { get throws { try StateKey(of: state) } }

  /// The policy's stream, of which each turn has a child.
  private var policyRandom: Randomness {
    lineage.reduce(origin.policyRandom) { $1.branch(of: $0) }
  }

  /// Where the environment's stream is: unchanged by a turn in which the environment drew nothing.
  package var environmentStream: Randomness { environmentRandom }

  /// What the environment's scripted expert would do now, if there is one.
  ///
  /// - Throws: What the environment's `expert` throws.
  public func expertAction(_ noise: ExpertNoise = .none) throws -> Action? {
    var random = policyRandom.stream("expert", turns.count)
    return try environment.expert(state, after: turns, noise: noise, using: &random)
  }

  /// Returns a copy that plays on with random streams of its own.
  ///
  /// - Parameters:
  ///   - stream: What the streams are called.
  ///   - beginning: What the copy's next action begins with; `nil` leaves that as it is. The policy samples the
  ///     rest of tokens, and is not asked where the whole action is given.
  /// - Returns: The fork.
  public func forked(_ stream: String, beginning: ActionBeginning? = nil) -> Session {
    var fork = self
    switch beginning {
    case .tokens(let prefix): (fork.begun, fork.decided) = (prefix.isEmpty ? nil : prefix, nil)
    case .action(let action): (fork.begun, fork.decided) = (nil, action)
    case nil: break
    }
    let token = fork.begun?.tokens.count ?? (fork.decided == nil ? 0 : 1)
    let parent = ForkParent(episode: name, turn: turns.count, token: token, stream: stream)
    fork.lineage.append(parent)
    fork.environmentRandom = parent.branch(of: environmentRandom)
    return fork
  }

  /// Plays a turn with a decision of a policy, or ends the episode where there is none.
  ///
  /// - Parameters:
  ///   - decision: The decision, or why there is none.
  ///   - retries: How often the policy was asked again for it; they are counted.
  public nonisolated(nonsending) mutating func play(
    _ decision: Result<Decision, Failure>, after retries: Int = 0
  ) async {
    guard ending == nil else { return }
    self.retries += retries
    switch decision {
    case .failure(let failure): ending = .failed(failure)
    case .success(.contextFull(let tape)):
      self.tape = tape
      await close(.truncated(.contextFull))
    case .success(.act(let action, let recording, let message)):
      if let begun {
        guard let recording, begun.begins(recording.span, of: recording.tape) else {
          return fail(.otherBeginning)
        }
      }
      if let recording {
        let sampled = recording.tape[recording.span]?.logProbabilities ?? []
        guard sampled.allSatisfy(\.isFinite) else {
          return fail(.notFinite("A log-probability", at: .policy))
        }
        tape = recording.tape
      }
      await play(action, span: recording?.span, message: message)
    }
  }

  /// Plays one turn, or does nothing once the episode has ended.
  public nonisolated(nonsending) mutating func play(_ action: consuming Action) async {
    await play(action, span: nil, message: nil)
  }

  private nonisolated(nonsending) mutating func play(
    _ action: consuming Action, span: TokenTape.Reference?, message: ModelMessage?
  ) async {
    guard ending == nil else { return }
    do {
      let observation = environment.observe(state)
      let stateKey = recordsStateKeys ? try stateKey : nil
      let potential = environment.potential(state)
      if let failure = Failure.ofReward("A potential", potential) { throw failure }
      let limit = try environment.turnLimit(of: scenario)
      let outcome = try await outcome(of: action)
      // Read first, so that the turn takes the replies over instead of sharing them.
      let isTerminal = outcome.isTerminal
      turns.append(
        Turn(
          // The list of choices follows from the state and would be most of a trace.
          observation: Observation(observation.text), action: action, span: span,
          message: message, replies: outcome.replies, reward: outcome.reward, stateKey: stateKey,
          potential: potential))
      (begun, decided) = (nil, nil)
      if isTerminal {
        await close(.terminated)
      } else if turns.count >= limit {
        await close(.truncated(.turnLimit))
      }
    } catch {
      unfinishedAction = action
      ending = .failed(.wrapping(error, at: .environment))
    }
  }

  /// Steps a copy, so that a failed try changes neither the state nor the random generator.
  ///
  /// Inlined, because a call that awaits costs as much as the rest of a turn's bookkeeping.
  @inline(__always)
  private nonisolated(nonsending) mutating func outcome(of action: Action) async throws -> Outcome {
    while true {
      var (next, random) = (state, environmentRandom)
      do {
        let outcome = try await environment.step(&next, action, using: &random)
        if let failure = Failure.ofReward("A reward", outcome.reward) { throw failure }
        (state, environmentRandom) = (next, random)
        return outcome
      } catch {
        guard mayRetry(after: error) else { throw error }
      }
    }
  }

  private nonisolated(nonsending) mutating func close(_ ending: Ending) async {
    while true {
      do {
        let judgement = try await environment.judge(state)
        if let failure = Failure.ofReward("A reward", judgement.reward, at: .judge) {
          throw failure
        }
        if let path = judgement.gold?.pathOfInfinity {
          throw Failure.notFinite((["gold"] + path).joined(separator: "."), at: .judge)
        }
        self.judgement = judgement
        self.ending = ending
        return
      } catch {
        guard mayRetry(after: error) else { return fail(.wrapping(error, at: .judge)) }
      }
    }
  }

  /// Whether there is to be another try, which is then counted: an episode allows for a few, after
  /// retryable failures.
  private mutating func mayRetry(after error: any Error) -> Bool {
    guard (error as? Failure)?.isRetryable ?? false, environmentRetries < Self.retryLimit else {
      return false
    }
    environmentRetries += 1
    retries += 1
    return true
  }

  /// Ends an unfinished episode as failed.
  public mutating func fail(_ failure: Failure) {
    if ending == nil { ending = .failed(failure) }
  }

  /// The episode as traces record it.
  ///
  /// An episode whose scenario or last state cannot be written as JSON becomes a failed one that names the
  /// field (`state.best is infinite: …`), without what cannot be written: the others of a run are kept.
  ///
  /// - Parameters:
  ///   - scenario: The scenario as JSON, where the caller has it already.
  ///   - includingState: Whether the last state is recorded.
  ///   - blobs: Receives the bytes of the blobs that the record names.
  /// - Returns: The record.
  /// - Throws: A `CancellationError`, where an `encode(to:)` of the author's own throws it.
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
      // An earlier failure says more.
      ending: ending.failure == nil ? unrecorded.map { .failed($0) } ?? ending : ending,
      unfinishedAction: unfinishedAction, judgement: unrecorded == nil ? judgement : nil,
      finalKey: finalKey,
      finalObservation: ending.isCutFromOutside ? environment.observe(state).text : nil,
      finalState: finalState, retries: retries)
  }
}

extension Session {
  /// Draws the scenario that an origin names and starts an episode on it.
  ///
  /// Members of a group have the same scenario and the same environment stream, so the same start.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw.
  public init(_ environment: E, origin: EpisodeOrigin) throws {
    var random = origin.scenarioRandom
    try self.init(
      environment, scenario: environment.scenario(in: origin.split, using: &random),
      origin: origin)
  }
}
