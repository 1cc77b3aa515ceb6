/// What a policy gets to see: the present, and how the episode came here.
public struct Situation: Sendable {
  /// The name of the episode; a key for caches.
  public var episode: String
  /// What the agent is told before the first turn.
  public var instructions: String
  /// The tools, in the order of their names.
  public var tools: [ToolDescription]
  /// The present.
  public var observation: Observation
  /// The past.
  public var turns: [Turn]
  /// The tokens of the past.
  public var tape: TokenTape
  /// What the action must begin with, in a fork that left its parent in the middle of an action.
  public var begun: ActionPrefix?
  /// The policy's random stream of this turn.
  public var random: Randomness

  /// Describes a situation.
  public init(
    episode: String = "", instructions: String = "", tools: [ToolDescription] = [],
    observation: Observation, turns: [Turn], tape: TokenTape = TokenTape(),
    begun: ActionPrefix? = nil, random: Randomness = Randomness(seed: 0)
  ) {
    self.episode = episode
    self.instructions = instructions
    self.tools = tools
    self.observation = observation
    self.turns = turns
    self.tape = tape
    self.begun = begun
    self.random = random
  }
}
