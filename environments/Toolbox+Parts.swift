internal import TurnwiseCore

extension Toolbox {
  /// Runs the calls of an action up to the one that leads to another part of the episode; the others are
  /// refused, because the agent has not read yet what comes next.
  ///
  /// - Parameters:
  ///   - action: The action.
  ///   - state: The state, which the calls change.
  ///   - random: The random numbers of the environment.
  ///   - refusal: What the agent reads in place of a reply to each refused call.
  ///   - part: Returns the name of the part of the episode that a state belongs to.
  /// - Returns: The outcome of the calls together.
  /// - Throws: Any error of a tool that is not a `ToolRefusal`.
  nonisolated(nonsending) func run(
    _ action: Action, on state: inout State, using random: inout Randomness, refusal: Text,
    within part: (State) -> String?
  ) async throws -> Outcome {
    guard action.problem == nil, action.calls.count > 1 else {
      return try await run(action, on: &state, using: &random)
    }
    var whole = Outcome()
    let first = part(state)
    for call in action.calls {
      guard part(state) == first else {
        whole.replies.append(ToolReply(refusal, isRefusal: true))
        continue
      }
      let one = try await run(Action(text: action.text, calls: [call]), on: &state, using: &random)
      whole.replies += one.replies
      if let reward = one.reward { whole.reward = (whole.reward ?? 0) + reward }
      whole.shares += one.shares
      whole.isTerminal = whole.isTerminal || one.isTerminal
    }
    return whole
  }
}

extension Outcome {
  /// Adds the reward of a part of the episode that ended without a call.
  mutating func add(_ reply: ToolReply) {
    if let more = reply.reward {
      reward = (reward ?? 0) + more
      shares += reply.subtask.map { [RewardShare(more, of: $0)] } ?? []
    }
    isTerminal = isTerminal || reply.endsEpisode
  }
}
