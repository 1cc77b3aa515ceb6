/// The laws about states.
extension EnvironmentChecker {
  func reproducible() async throws -> LawOutcome {
    try await eachScenario { index in
      var (first, second) = (try session(index), try session(index))
      try await wander(&first, turns: environment.turnLimit(of: first.scenario))
      for turn in first.turns { await second.play(turn.action) }
      return Self.difference(first.turns, second.turns)
    }
  }

  func forkIsolated() async throws -> LawOutcome {
    try await eachScenario { index in
      let parent = try await wandered(index)
      let before = try parent.stateKey
      var fork = parent.forked("check")
      try await wander(&fork, turns: 4)
      return try parent.stateKey == before
        ? nil : "playing a fork changed the state of its parent"
    }
  }

  func encodable() async throws -> LawOutcome {
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
        return "encoding and decoding a state changes its key"
      }
      if let change = FieldComparison.difference(original.state, state) {
        return "\(change); is it missing from CodingKeys, or from encode(to:) and init(from:)?"
      }
      // The same actions must lead to the same states; a field that is not encoded makes them differ.
      var guide = original
      try await wander(&guide, turns: 4)
      let actions = guide.turns.dropFirst(original.turns.count).map(\.action)
      let expected = try await course(of: actions, from: original.state)
      let found = try await course(of: actions, from: state)
      // If repeated play of the original differs too, encoding is not the cause.
      let again = try await course(of: actions, from: original.state)
      let index = expected.indices.first { expected[$0] == again[$0] && expected[$0] != found[$0] }
      guard let index else { return nil }
      let place = index == 0 ? "" : " after '\(actions[index - 1].text)'"
      return "a decoded state and its original differ in their"
        + " \(expected[index].difference(from: found[index]))\(place)"
    }
  }

  /// The observable properties of a state, with the outcome of the step that led to it.
  private struct Stage: Equatable {
    var outcome: Outcome?
    var key: StateKey
    var observation: Observation
    var potential: Double?
    var judgement: Judgement?

    /// Returns the name of the first part that differs.
    func difference(from other: Stage) -> String {
      if outcome != other.outcome { return "outcome" }
      if observation != other.observation { return "observation" }
      if potential != other.potential { return "potential" }
      if judgement != other.judgement { return "judgement" }
      return "key"
    }
  }

  /// Plays actions and returns the stages before and after each of them.
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
      // Another law checks that a state can be judged.
      judgement: try? await environment.judge(state))
  }

  func keysAgree() async throws -> LawOutcome {
    guard let keysInSecondProcess else {
      return .open("there is no second process to compare with")
    }
    var states: [JSONValue] = []
    for index in 0..<scenarios {
      let state = try await wandered(index).state
      // Another law checks that a state can be encoded and decoded.
      guard let json = try? JSONValue(encoding: state), (try? json.decode(E.State.self)) != nil
      else { return .open("a state cannot be encoded and decoded") }
      states.append(json)
    }
    // Both processes decode the states, because another law checks what encoding loses.
    let keys = try keys(of: states)
    let others = try await keysInSecondProcess(states)
    guard let index = keys.indices.first(where: { $0 >= others.count || keys[$0] != others[$0] })
    else { return .kept }
    return .broken("scenario \(index): in another process the same state has another key")
  }

  func observationPure() async throws -> LawOutcome {
    try await eachScenario { index in
      let session = try await wandered(index)
      let key = try session.stateKey
      guard environment.observe(session.state) == environment.observe(session.state) else {
        return "observing the same state twice gave two observations"
      }
      return try session.stateKey == key ? nil : "observing a state changed it"
    }
  }

  /// Describes the first turn that differs; nil if none does.
  ///
  /// Observations are not compared, because they depend only on the states, whose keys are compared
  /// (``EnvironmentLaw/observationPure``).
  private static func difference(_ left: [Turn], _ right: [Turn]) -> String? {
    let pairs = zip(left, right)
    if let index = pairs.enumerated().first(where: { _, pair in
      pair.0.stateKey != pair.1.stateKey || pair.0.replies != pair.1.replies
        || pair.0.reward != pair.1.reward || pair.0.potential != pair.1.potential
    })?.offset {
      return "the same seed and actions gave a different turn \(index + 1)"
    }
    return left.count == right.count
      ? nil : "the same seed and actions gave a different number of turns"
  }
}
