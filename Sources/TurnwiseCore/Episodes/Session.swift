/// An episode in progress: its state, random generator and history.
///
/// A session is a value, so a copy is a fork:
///
///     var branch = session.forked("what-if")
///     await branch.play(.call("open", ["door": "left"]))   // `session` is unchanged.
///
/// A session has two independent generators: the environment's, which only `start` and `step` advance, and
/// the policy's, which is derived anew for each turn, so that a replay draws nothing for the policy.
public struct Session<E: Environment>: Sendable {
  /// The environment.
  public let environment: E
  /// The scenario of the episode.
  public let scenario: E.Scenario
  /// Where the episode comes from.
  public let origin: EpisodeOrigin
  /// The forks that led to this session, oldest first.
  public private(set) var lineage: [ForkParent] = []
  /// The environment's present state.
  public private(set) var state: E.State
  /// The turns played so far.
  public private(set) var turns: [Turn] = []
  /// The tokens that a policy read and sampled.
  public private(set) var tape = TokenTape()
  /// How the episode ended, if it has.
  public private(set) var ending: Ending?
  /// The environment's judgement of the last state, once the episode has ended.
  public private(set) var judgement: Judgement?
  /// Which policy plays.
  ///
  /// A ``Rollout`` sets it. A fork may have another policy than its parent.
  public var policy: PolicyRecord?
  /// How often a decision, a turn or the judgement was tried again after a retryable failure.
  public private(set) var retries = 0

  /// Whether the key of each turn's state and of the last state is recorded.
  ///
  /// The default is true. In each turn, a key costs an encoding of the whole state and a hash of it. Keys are needed only by
  /// estimators that compare states, by shared forks, and by a replay that checks states; otherwise the
  /// episode is the same without them. Forks inherit the setting.
  public var recordsStateKeys = true

  /// The next action of a fork that keeps its parent's action; the policy is not asked for it.
  package private(set) var decided: Action?
  /// The tokens of the next action that were sampled before the session was forked within that action.
  private(set) var begun: ActionPrefix?
  private(set) var environmentRandom: Randomness
  private(set) var unfinishedAction: Action?
  /// How many of the ``retries`` were retries of the environment.
  private(set) var environmentRetries = 0

  /// How often an episode retries after retryable failures of the environment.
  private static var retryLimit: Int { 2 }

  /// Starts an episode on `scenario`.
  ///
  /// - Throws: What the environment's `start` throws.
  public init(_ environment: E, scenario: E.Scenario, origin: EpisodeOrigin) throws {
    self.environment = environment
    self.scenario = scenario
    self.origin = origin
    environmentRandom = origin.environmentRandom
    // Seven turns fit into a block of 1 KB, the largest that the allocator returns without a search.
    turns.reserveCapacity(min(environment.turnLimit, 7))
    state = try environment.start(scenario, using: &environmentRandom)
    if !environment.membersShareRandomness {
      environmentRandom = environmentRandom.stream("member", origin.member)
    }
  }

  /// Creates a session from its parts.
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

  /// Returns a copy with its own random streams.
  ///
  /// - Parameters:
  ///   - stream: The name of the streams.
  ///   - beginning: The beginning of the copy's next action; `nil` does not change it. After given tokens the
  ///     policy samples the rest of the action; for a whole action it is not asked.
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

  /// Plays one turn with a policy's decision, or ends the episode if there is none.
  ///
  /// - Parameters:
  ///   - decision: The decision, or the failure that prevented it.
  ///   - retries: How often the policy was asked again for it; added to ``retries``.
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
      let subtask = environment.subtask(of: state)
      if let failure = Failure.ofReward("A potential", potential) { throw failure }
      let limit = try environment.turnLimit(of: scenario)
      let outcome = try await outcome(of: action)
      // Read before the replies are moved into the turn, which avoids a copy of them.
      let isTerminal = outcome.isTerminal
      turns.append(
        Turn(
          // Choices are not recorded: they follow from the state and would dominate the size of a trace.
          observation: Observation(observation.text, startsContext: observation.startsContext),
          action: action, span: span, message: message, replies: outcome.replies,
          reward: outcome.reward, subtask: subtask,
          shares: outcome.shares.isEmpty ? nil : outcome.shares, stateKey: stateKey,
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

  /// Steps a copy, so that a failed attempt changes neither the state nor the random generator.
  ///
  /// Inlined, because an `await` costs as much as the rest of a turn's bookkeeping.
  @inline(__always)
  private nonisolated(nonsending) mutating func outcome(of action: Action) async throws -> Outcome {
    while true {
      var (next, random) = (state, environmentRandom)
      do {
        let outcome = try await environment.step(&next, action, using: &random)
        if let failure = Failure.ofReward("A reward", outcome.reward, shares: outcome.shares) {
          throw failure
        }
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
        var judgement = try await environment.judge(state)
        if let failure = Failure.ofReward(
          "A reward", judgement.reward, shares: judgement.shares ?? [], at: .judge)
        {
          throw failure
        }
        if let path = judgement.gold?.pathOfInfinity {
          throw Failure.notFinite((["gold"] + path).joined(separator: "."), at: .judge)
        }
        if var reference = environment.referenceAction(in: state) {
          if !reference.calls.isEmpty {
            reference.text = CompactFormat().render(
              reference.calls, tools: environment.tools.descriptions)
          }
          judgement.reference = reference
        }
        self.judgement = judgement
        self.ending = ending
        return
      } catch {
        guard mayRetry(after: error) else { return fail(.wrapping(error, at: .judge)) }
      }
    }
  }

  /// Whether to try again after a retryable failure of the environment; counts the retry if so.
  private mutating func mayRetry(after error: any Error) -> Bool {
    guard (error as? Failure)?.isRetryable ?? false, environmentRetries < Self.retryLimit else {
      return false
    }
    environmentRetries += 1
    retries += 1
    return true
  }

  /// Ends an unfinished episode as failed; does nothing once it has ended.
  public mutating func fail(_ failure: Failure) {
    if ending == nil { ending = .failed(failure) }
  }
}

extension Session {
  /// Draws the scenario that an origin names and starts an episode on it.
  ///
  /// Members of a group have the same scenario and the same environment stream, and therefore the same
  /// initial state.
  ///
  /// - Throws: What the environment's `scenario` and `start` throw.
  public init(_ environment: E, origin: EpisodeOrigin) throws {
    var random = origin.scenarioRandom
    try self.init(
      environment, scenario: environment.scenario(in: origin.split, using: &random),
      origin: origin)
  }
}
