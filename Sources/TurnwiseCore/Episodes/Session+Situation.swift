extension Session {
  /// The name of the episode in its run.
  public var name: String {
    lineage.last?.childName ?? origin.name
  }

  /// What a policy sees now.
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

  /// The policy's stream, from which each turn derives its own.
  var policyRandom: Randomness {
    lineage.reduce(origin.policyRandom) { $1.branch(of: $0) }
  }

  /// The environment's random stream, which changes only in turns in which the environment draws numbers.
  package var environmentStream: Randomness { environmentRandom }

  /// What the environment's scripted expert would do now; nil if there is no expert.
  ///
  /// - Throws: What the environment's `expert` throws.
  public func expertAction(_ noise: ExpertNoise = .none) throws -> Action? {
    var random = policyRandom.stream("expert", turns.count)
    return try environment.expert(state, after: turns, noise: noise, using: &random)
  }
}
