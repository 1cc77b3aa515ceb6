/// What a policy sees: the present observation and the history of the episode.
public struct Situation: Sendable {
  /// The name of the episode, which caches can use as a key.
  public var episode: String
  /// The environment's instructions.
  public var instructions: String
  /// The tools, in the order of their names.
  public var tools: [ToolDescription]
  /// The present observation.
  public var observation: Observation
  /// The turns so far.
  public var turns: [Turn]
  /// The tokens so far.
  public var tape: TokenTape
  /// The tokens that the action must begin with, in a fork that starts within an action of its parent.
  public var begun: ActionPrefix?
  /// The policy's random stream of this turn.
  public var random: Randomness

  /// Creates a situation.
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
