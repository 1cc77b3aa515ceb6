/// What the agent is shown of a state.
public struct Observation: Codable, Hashable, Sendable, ExpressibleByStringInterpolation {
  /// The words.
  public var text: Text
  /// All actions that make sense now, where their number is small; empty if it is not.
  public var choices: [Action]

  /// Creates an observation.
  public init(_ text: Text, choices: [Action] = []) {
    self.text = text
    self.choices = choices
  }

  /// Creates an observation of a string; literals make a ``Text``, which keeps every byte.
  @_disfavoredOverload
  public init(_ string: String, choices: [Action] = []) {
    self.init(Text(string), choices: choices)
  }

  /// No words.
  static var empty: Observation { Observation(Text([UInt8]())) }

  /// Creates an observation without a list of choices.
  public init(stringLiteral value: String) { self.init(Text(value)) }

  /// Creates an observation without a list of choices.
  public init(stringInterpolation parts: Text.StringInterpolation) {
    self.init(Text(stringInterpolation: parts))
  }

  /// Reads an observation; a missing list of choices is empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    text = try container.decode(Text.self, forKey: .text)
    choices = try container.decodeIfPresent([Action].self, forKey: .choices) ?? []
  }
}

/// What the agent does in a turn.
public struct Action: Codable, Hashable, Sendable {
  /// The words as sampled or written; they say the same as `calls`.
  public var text: Text
  /// The tool calls, which run in order.
  public var calls: [ToolCall]
  /// Why the words could not be read as calls, as the agent is told.
  public var problem: String?

  /// Creates an action from words and what was read from them.
  public init(text: Text, calls: [ToolCall], problem: String? = nil) {
    self.text = text
    self.calls = calls
    self.problem = problem
  }

  /// Creates an action that calls one tool, spelled in the compact format.
  public static func call(_ name: String, _ arguments: JSONValue = [:]) -> Action {
    let calls = [ToolCall(name, arguments)]
    return Action(text: CompactFormat().render(calls), calls: calls)
  }

  /// Creates an action that calls one tool with values of the program:
  /// `.call("enter", ["code": state.code, "times": 2])`.
  ///
  /// A value that cannot be written as JSON (an infinite number) is `null`, which the tool refuses.
  @_disfavoredOverload
  public static func call(_ name: String, _ arguments: [String: any Encodable]) -> Action {
    .call(name, .object(arguments.mapValues { (try? JSONValue(encoding: $0)) ?? .null }))
  }

  /// The action that does nothing.
  public static let nothing = Action(text: "", calls: [])
}

/// What an action led to.
public struct Outcome: Hashable, Sendable {
  /// The largest magnitude of a reward or a potential, 10¹².
  ///
  /// Returns of a million such turns, squared, still fit the single precision that policies and critics
  /// compute in. An episode with a larger one fails with the code `reward-limit`.
  public static var rewardLimit: Double { 1e12 }

  /// The answers of the tools, in the order of the calls.
  public var replies: [ToolReply]
  /// The reward of the turn; absent is not zero.
  ///
  /// It is finite, and at most ``rewardLimit`` in magnitude.
  public var reward: Double?
  /// Whether the episode has come to its own end.
  public var isTerminal: Bool

  /// Creates an outcome.
  public init(replies: [ToolReply] = [], reward: Double? = nil, isTerminal: Bool = false) {
    self.replies = replies
    self.reward = reward
    self.isTerminal = isTerminal
  }
}

/// One turn of an episode: what was seen, what was done, and what came of it.
public struct Turn: Codable, Hashable, Sendable {
  /// What the agent saw.
  public var observation: Observation
  /// What it did.
  public var action: Action
  /// The number of the tape's span that holds the action's tokens, if tokens were sampled.
  public var span: TokenTape.Reference?
  /// The message that the action was read from, if a model wrote more than the action.
  public var message: ModelMessage?
  /// What the tools answered.
  public var replies: [ToolReply]
  /// The reward of the turn; absent is not zero.
  public var reward: Double?
  /// The key of the state that the turn was decided in.
  public var stateKey: StateKey?
  /// The environment's potential of that state, if it has one.
  public var potential: Double?

  /// Creates a turn.
  public init(
    observation: Observation, action: Action, span: TokenTape.Reference? = nil,
    message: ModelMessage? = nil, replies: [ToolReply] = [], reward: Double? = nil,
    stateKey: StateKey? = nil, potential: Double? = nil
  ) {
    self.observation = observation
    self.action = action
    self.span = span
    self.message = message
    self.replies = replies
    self.reward = reward
    self.stateKey = stateKey
    self.potential = potential
  }
}
