/// Plays an environment and reports which laws it breaks.
///
/// Run it in the tests of your own environment:
///
///     let report = await EnvironmentChecker(Lockbox()).check()
///     #expect(report.violations.isEmpty)
///
/// Each law is judged by itself, so that a report names the one thing that is wrong.
public struct EnvironmentChecker<E: Environment>: Sendable {
  /// The environment.
  public var environment: E
  /// The seed that scenarios and random actions come from.
  public var seed: UInt64
  /// How many scenarios are played for each law.
  public var scenarios: Int
  /// How many environment steps run at once.
  public var workers: Int
  /// Computes keys of states, given as JSON, in another process.
  ///
  /// The command line starts itself for this. Without it ``EnvironmentLaw/keysAgree`` is left open.
  public var keysInSecondProcess: (@Sendable ([JSONValue]) async throws -> [String])?

  /// Creates a checker.
  public init(
    _ environment: E, seed: UInt64 = 1, scenarios: Int = 12, workers: Int = 2,
    keysInSecondProcess: (@Sendable ([JSONValue]) async throws -> [String])? = nil,
    file: StaticString = #fileID, line: UInt = #line
  ) {
    require(
      scenarios > 0 && workers > 0,
      "A check plays at least one scenario with one worker, not \(scenarios) with \(workers).",
      file: file, line: line)
    self.environment = environment
    self.seed = seed
    self.scenarios = scenarios
    self.workers = workers
    self.keysInSecondProcess = keysInSecondProcess
  }

  /// Judges every law.
  public func check() async -> EnvironmentReport {
    var verdicts: [EnvironmentReport.Verdict] = []
    for law in EnvironmentLaw.allCases {
      do {
        verdicts.append(.init(law: law, outcome: try await judge(law)))
      } catch {
        let failure = Failure.wrapping(error, at: .environment)
        verdicts.append(.init(law: law, outcome: .broken("\(failure)")))
      }
    }
    return EnvironmentReport(environment: E.id, verdicts: verdicts)
  }

  /// The keys of states that are given as JSON: what the second process computes.
  ///
  /// - Throws: A `DecodingError` if a value is no state of the environment.
  public func keys(of states: [JSONValue]) throws -> [String] {
    try states.map { try StateKey(of: $0.decode(E.State.self)).hexadecimal }
  }

  private func judge(_ law: EnvironmentLaw) async throws -> EnvironmentReport.Outcome {
    switch law {
    case .reproducible: try await reproducible()
    case .forkIsolated: try await forkIsolated()
    case .encodable: try await encodable()
    case .keysAgree: try await keysAgree()
    case .observationPure: try await observationPure()
    case .callsAnswered: try await callsAnswered()
    case .truncationJudged: try await truncationJudged()
    case .splitsDisjoint: try splitsDisjoint()
    case .expertSucceeds: try await expertSucceeds()
    case .idleFails: try await idleFails()
    }
  }

  // MARK: - Scenarios and plays

  func scenario(_ index: Int, _ split: Split = .train) throws -> E.Scenario {
    var random = Randomness(seed: seed).stream("check-" + split.rawValue, index)
    return try environment.scenario(in: split, using: &random)
  }

  package func session(_ index: Int) throws -> Session<E> {
    try Session(
      environment, scenario: try scenario(index),
      origin: EpisodeOrigin(seed: seed, split: .train, scenario: index))
  }

  /// Plays `count` turns: the expert's actions mixed with random ones, so that both well-trodden and
  /// odd states are visited.
  private func wander(_ session: inout Session<E>, turns count: Int) async throws {
    let policy = RandomPolicy()
    for _ in 0..<count where session.ending == nil {
      let situation = session.situation
      var random = situation.random.stream("wander")
      let expert = random.chance(0.6) ? try session.expertAction() : nil
      await session.play(expert ?? policy.decide(situation, using: &random))
    }
  }

  private func wandered(_ index: Int) async throws -> Session<E> {
    var session = try session(index)
    try await wander(&session, turns: 1 + index % 4)
    return session
  }

  private func eachScenario(
    _ test: (Int) async throws -> String?
  ) async rethrows -> EnvironmentReport.Outcome {
    for index in 0..<scenarios {
      if let problem = try await test(index) { return .broken("scenario \(index): \(problem)") }
    }
    return .kept
  }

  // MARK: - Laws

  private func reproducible() async throws -> EnvironmentReport.Outcome {
    try await eachScenario { index in
      var (first, second) = (try session(index), try session(index))
      try await wander(&first, turns: environment.turnLimit(of: first.scenario))
      for turn in first.turns { await second.play(turn.action) }
      return Self.difference(first.turns, second.turns)
    }
  }

  private func forkIsolated() async throws -> EnvironmentReport.Outcome {
    try await eachScenario { index in
      let parent = try await wandered(index)
      let before = try parent.stateKey
      var fork = parent.forked("check")
      try await wander(&fork, turns: 4)
      return try parent.stateKey == before
        ? nil : "after a fork played on, its parent's state was another"
    }
  }

  private func encodable() async throws -> EnvironmentReport.Outcome {
    try await eachScenario { index in
      let original = try await wandered(index)
      let blobs = BlobStore()
      let state: E.State
      do {
        state = try EncodingError.naming("state") {
          try JSONValue(encoding: original.state, blobs: blobs)
        }.decode(E.State.self, blobs: blobs)
        _ = try EncodingError.naming("scenario") { try JSONValue(encoding: original.scenario) }
      } catch let error as EncodingError {
        return error.plainDescription
      } catch let error as DecodingError {
        return "an encoded state cannot be decoded: \(error.plainDescription)"
      }
      guard try StateKey(of: state) == original.stateKey else {
        return "an encoded and decoded state has another key"
      }
      if let change = FieldComparison.difference(original.state, state) {
        return "\(change); is it missing in CodingKeys, or in encode(to:) and init(from:)?"
      }
      // The same actions must lead on to the same: a field that is not encoded shows here.
      var guide = original
      try await wander(&guide, turns: 4)
      let actions = guide.turns.dropFirst(original.turns.count).map(\.action)
      let expected = try await course(of: actions, from: original.state)
      let found = try await course(of: actions, from: state)
      // What is another at each asking is not reproducible; encoding is not to blame.
      let again = try await course(of: actions, from: original.state)
      let index = expected.indices.first { expected[$0] == again[$0] && expected[$0] != found[$0] }
      guard let index else { return nil }
      let before = index == 0 ? "" : " after '\(actions[index - 1].text)'"
      return "a decoded state\(before) \(expected[index].difference(from: found[index]))"
    }
  }

  /// What is seen of a state and what led to it.
  private struct Stage: Equatable {
    var outcome: Outcome?
    var key: StateKey
    var observation: Observation
    var potential: Double?
    var judgement: Judgement?

    func difference(from other: Stage) -> String {
      if outcome != other.outcome { return "is answered otherwise than the original" }
      if observation != other.observation { return "is observed otherwise than the original" }
      if potential != other.potential { return "has another potential than the original" }
      if judgement != other.judgement { return "is judged otherwise than the original" }
      return "has another key than the original"
    }
  }

  /// The stages that actions lead through, the first before any of them.
  private func course(of actions: [Action], from start: E.State) async throws -> [Stage] {
    var (state, random) = (start, Randomness(seed: seed))
    var stages = [try await stage(state, nil)]
    for action in actions {
      let outcome = try await environment.step(&state, action, using: &random)
      stages.append(try await stage(state, outcome))
    }
    return stages
  }

  private func stage(_ state: E.State, _ outcome: Outcome?) async throws -> Stage {
    Stage(
      outcome: outcome, key: try StateKey(of: state), observation: environment.observe(state),
      potential: environment.potential(state),
      // Whether a state can be judged is another law.
      judgement: try? await environment.judge(state))
  }

  private func keysAgree() async throws -> EnvironmentReport.Outcome {
    guard let keysInSecondProcess else {
      return .open("no second process to compare with")
    }
    var states: [JSONValue] = []
    for index in 0..<scenarios {
      let state = try await wandered(index).state
      // That it cannot be written, or read again, is another law.
      guard let json = try? JSONValue(encoding: state), (try? json.decode(E.State.self)) != nil
      else { return .open("a state does not survive encoding") }
      states.append(json)
    }
    // Both processes decode: what encoding loses is another law.
    let keys = try keys(of: states)
    let others = try await keysInSecondProcess(states)
    guard let index = keys.indices.first(where: { $0 >= others.count || keys[$0] != others[$0] })
    else { return .kept }
    return .broken("scenario \(index): another process gives the same state another key")
  }

  private func observationPure() async throws -> EnvironmentReport.Outcome {
    try await eachScenario { index in
      let session = try await wandered(index)
      let key = try session.stateKey
      guard environment.observe(session.state) == environment.observe(session.state) else {
        return "observing the same state twice gave two observations"
      }
      return try session.stateKey == key ? nil : "observing a state changed it"
    }
  }

  private func callsAnswered() async throws -> EnvironmentReport.Outcome {
    let long = JSONValue.string(String(repeating: "x", count: Toolbox<E.State>.argumentLimit + 1))
    var odd = [
      Action(text: "?", calls: [], problem: "The action could not be read."),
      .call("no-such-tool", ["a": 1]),
    ]
    for tool in environment.tools.descriptions {
      var arguments: [String: JSONValue] = ["text": long]
      if case .object(let properties)? = tool.parameters["properties"], !properties.isEmpty {
        arguments = properties.mapValues { _ in long }
      }
      odd += [
        .call(tool.name, .null), .call(tool.name, ["no-such-argument": [1, .null]]),
        Action(text: "long", calls: [ToolCall(tool.name, .object(arguments))]),
      ]
    }
    return try await eachScenario { index in
      var idle = try session(index)
      await idle.play(.nothing)
      if let failure = idle.ending?.failure {
        return "an action without calls failed the episode: \(failure)"
      }
      for action in odd {
        var session = try session(index)
        await session.play(action)
        if let failure = session.ending?.failure {
          return "the call '\(action.text)' failed the episode: \(failure)"
        }
        if session.turns.last?.replies.isEmpty ?? true, environment.tools.descriptions.count > 0 {
          return "the call '\(action.text)' got no answer"
        }
      }
      return nil
    }
  }

  private func truncationJudged() async throws -> EnvironmentReport.Outcome {
    try await eachScenario { index in
      for turns in [0, 1] {
        var session = try session(index)
        try await wander(&session, turns: turns)
        guard session.ending == nil else { continue }
        do {
          guard try await environment.judge(session.state).success != nil else {
            return "an episode cut short after \(turns) turns is not judged"
          }
        } catch {
          return "judging an episode cut short after \(turns) turns failed: \(error)"
        }
      }
      var idle = try session(index)
      while idle.ending == nil { await idle.play(.nothing) }
      if idle.ending?.failure?.boundary == .judge || idle.ending?.isTruncated ?? false,
        idle.judgement?.success == nil
      {
        return "an episode cut short by the turn limit is not judged"
      }
      return nil
    }
  }

  private func splitsDisjoint() throws -> EnvironmentReport.Outcome {
    func keys(_ split: Split) throws -> Set<StateKey> {
      Set(try (0..<scenarios * 20).map { try StateKey(of: try scenario($0, split)) })
    }
    let shared: Int
    do {
      shared = try keys(.train).intersection(keys(.heldOut)).count
    } catch let error as any InputError {
      // Somebody who has written tasks for one split alone has broken nothing.
      return .open("\(error)")
    }
    return shared == 0 ? .kept : .broken("\(shared) scenarios are both in train and in held-out")
  }

  private func expertSucceeds() async throws -> EnvironmentReport.Outcome {
    let known = try (0..<scenarios).filter { try session($0).expertAction() != nil }
    guard !known.isEmpty else { return .open("the environment has no expert") }
    return try await successes(.expert(.none), on: known) { session, index in
      if let failure = session.ending?.failure { return "scenario \(index): \(failure)" }
      guard session.judgement?.success != true else { return nil }
      let gold = try session.judgement?.gold.map {
        "; gold: " + String(decoding: try JSON.encode($0), as: UTF8.self)
      }
      let family = environment.family(of: session.scenario)
      return "the expert does not succeed in scenario \(index), '\(family)'"
        + Self.refusals(in: session.turns) + Self.end(of: session) + (gold ?? "")
    }
  }

  /// What the expert was refused, if anything.
  private static func refusals(in turns: [Turn]) -> String {
    let refused = turns.enumerated().filter { $1.replies.contains(where: \.isRefusal) }
    guard let (number, turn) = refused.first.map({ ($0.offset + 1, $0.element) }) else { return "" }
    let reply = turn.replies.first(where: \.isRefusal)?.text ?? ""
    let count = refused.count == 1 ? "one call was" : "\(refused.count) calls were"
    return "; \(count) refused, the first in turn \(number): '\(turn.action.text)' -> \(reply)"
  }

  /// How an episode that was cut short ended.
  private static func end(of session: Session<E>) -> String {
    guard case .truncated(let reason)? = session.ending else { return "" }
    return "; cut short after \(session.turns.count) turns (\(reason.rawValue))"
  }

  private func idleFails() async throws -> EnvironmentReport.Outcome {
    try await successes(.policy(NullPolicy()), on: Array(0..<scenarios)) { session, index in
      session.judgement?.success == true ? "doing nothing succeeds in scenario \(index)" : nil
    }
  }

  private func successes(
    _ player: Player, on indices: [Int], _ problem: (Session<E>, Int) throws -> String?
  ) async throws -> EnvironmentReport.Outcome {
    let sessions = try indices.map { try session($0) }
    let played = await Rollout(player, workers: workers).play(sessions)
    for (index, session) in zip(indices, played) {
      if let problem = try problem(session, index) { return .broken(problem) }
    }
    return .kept
  }

  /// The first turn that differs.
  ///
  /// Observations follow from states, which are compared by their keys;
  /// whether they do is ``EnvironmentLaw/observationPure``.
  private static func difference(_ left: [Turn], _ right: [Turn]) -> String? {
    let pairs = zip(left, right)
    if let index = pairs.enumerated().first(where: { _, pair in
      pair.0.stateKey != pair.1.stateKey || pair.0.replies != pair.1.replies
        || pair.0.reward != pair.1.reward || pair.0.potential != pair.1.potential
    })?.offset {
      return "the same seed and actions gave another turn \(index + 1)"
    }
    return left.count == right.count
      ? nil : "the same seed and actions gave another number of turns"
  }
}
