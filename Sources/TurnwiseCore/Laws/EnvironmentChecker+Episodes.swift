/// The laws about tool calls, endings and scenarios.
extension EnvironmentChecker {
  func callsAnswered() async throws -> LawOutcome {
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
          return "the call '\(action.text)' got no reply"
        }
      }
      return nil
    }
  }

  func truncationJudged() async throws -> LawOutcome {
    try await eachScenario { index in
      for turns in [0, 1] {
        var session = try session(index)
        try await wander(&session, turns: turns)
        guard session.ending == nil else { continue }
        do {
          guard try await environment.judge(session.state).success != nil else {
            return "an episode that is cut short after \(turns) turns is not judged"
          }
        } catch {
          return "judging an episode that is cut short after \(turns) turns failed: \(error)"
        }
      }
      var idle = try session(index)
      while idle.ending == nil { await idle.play(.nothing) }
      if idle.ending?.failure?.boundary == .judge || idle.ending?.isTruncated ?? false,
        idle.judgement?.success == nil
      {
        return "an episode that is cut short by the turn limit is not judged"
      }
      return nil
    }
  }

  func sharesNamed() async throws -> LawOutcome {
    try await eachScenario { index in
      var session = try session(index)
      try await wander(&session, turns: environment.turnLimit(of: session.scenario))
      var known: Set<String> = []
      for (number, shares) in try session.episode().shares.enumerated() {
        if let subtask = session.turns[number].subtask { known.insert(subtask) }
        if let stray = shares.first(where: { !known.contains($0.subtask) }) {
          return "turn \(number + 1) is paid for '\(stray.subtask)', which no turn has worked on"
        }
      }
      return nil
    }
  }

  func splitsDisjoint() throws -> LawOutcome {
    func keys(_ split: Split) throws -> Set<StateKey> {
      Set(try (0..<scenarios * 20).map { try StateKey(of: try scenario($0, split)) })
    }
    let shared: Int
    do {
      shared = try keys(.train).intersection(keys(.heldOut)).count
    } catch let error as any InputError {
      // Tasks for one split only do not break the law.
      return .open("\(error)")
    }
    return shared == 0 ? .kept : .broken("\(shared) scenarios are in both train and held-out")
  }

  func expertSucceeds() async throws -> LawOutcome {
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

  /// Returns the end of a message that names the refused calls of the expert; empty if there are none.
  private static func refusals(in turns: [Turn]) -> String {
    let refused = turns.enumerated().filter { $1.replies.contains(where: \.isRefusal) }
    guard let (number, turn) = refused.first.map({ ($0.offset + 1, $0.element) }) else { return "" }
    let reply = turn.replies.first(where: \.isRefusal)?.text ?? ""
    let count = refused.count == 1 ? "one call was" : "\(refused.count) calls were"
    return "; \(count) refused, the first in turn \(number): '\(turn.action.text)' -> \(reply)"
  }

  /// Returns the end of a message that says how the episode was truncated; empty if it was not.
  private static func end(of session: Session<E>) -> String {
    guard case .truncated(let reason)? = session.ending else { return "" }
    return "; cut short after \(session.turns.count) turns (\(reason.rawValue))"
  }

  func idleFails() async throws -> LawOutcome {
    try await successes(.policy(NullPolicy()), on: Array(0..<scenarios)) { session, index in
      session.judgement?.success == true ? "doing nothing succeeds in scenario \(index)" : nil
    }
  }

  /// Plays scenarios and returns the first problem.
  private func successes(
    _ player: Player, on indices: [Int], _ problem: (Session<E>, Int) throws -> String?
  ) async throws -> LawOutcome {
    let sessions = try indices.map { try session($0) }
    let played = await Rollout(player, workers: workers).play(sessions)
    for (index, session) in zip(indices, played) {
      if let problem = try problem(session, index) { return .broken(problem) }
    }
    return .kept
  }
}
