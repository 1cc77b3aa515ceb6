/// What the agent sees of a state.
public struct Observation: Codable, Hashable, Sendable, ExpressibleByStringInterpolation {
  /// The text that the agent reads.
  public var text: Text
  /// All sensible actions, if there are few; empty if they are not listed.
  public var choices: [Action]
  /// Whether the agent can go on without what it read before, such as at the beginning of another job.
  ///
  /// A policy whose context is small then begins a new one (``TokenTape/startSegment()``) with this
  /// observation alone, in the turn in which the observation changes to this one. Everything that the agent
  /// still needs must be part of it. Chat models go on reading the whole dialogue.
  public var startsContext: Bool

  /// Creates an observation.
  public init(_ text: Text, choices: [Action] = [], startsContext: Bool = false) {
    self.text = text
    self.choices = choices
    self.startsContext = startsContext
  }

  /// Creates an observation from a string; literals create a ``Text``, which keeps every byte.
  @_disfavoredOverload
  public init(_ string: String, choices: [Action] = []) {
    self.init(Text(string), choices: choices)
  }

  /// An observation without text.
  static var empty: Observation { Observation(Text([UInt8]())) }

  /// Creates an observation from a literal, without a list of choices.
  public init(stringLiteral value: String) { self.init(Text(value)) }

  /// Creates an observation from a literal with values, without a list of choices.
  public init(stringInterpolation parts: Text.StringInterpolation) {
    self.init(Text(stringInterpolation: parts))
  }

  /// Decodes an observation; a missing list of choices is read as empty.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    text = try container.decode(Text.self, forKey: .text)
    choices = try container.decodeIfPresent([Action].self, forKey: .choices) ?? []
    startsContext = try container.decodeIfPresent(Bool.self, forKey: .startsContext) ?? false
  }

  /// Encodes an observation; `startsContext` is left out if it is false.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(text, forKey: .text)
    try container.encode(choices, forKey: .choices)
    if startsContext { try container.encode(true, forKey: .startsContext) }
  }

  private enum CodingKeys: String, CodingKey { case text, choices, startsContext }
}

/// What the agent does in a turn.
public struct Action: Codable, Hashable, Sendable {
  /// The text as it was sampled or written; `calls` is read from it.
  public var text: Text
  /// The tool calls, which are run in order.
  public var calls: [ToolCall]
  /// Why the text could not be read as calls, in words for the agent; nil if it could.
  public var problem: String?

  /// Creates an action from a text and the calls that were read from it.
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

  /// Creates an action that calls one tool with Swift values as arguments:
  /// `.call("enter", ["code": state.code, "times": 2])`.
  ///
  /// A value that cannot be written as JSON, such as an infinite number, becomes `null`, which the tool refuses.
  @_disfavoredOverload
  public static func call(_ name: String, _ arguments: [String: any Encodable]) -> Action {
    .call(name, .object(arguments.mapValues { (try? JSONValue(encoding: $0)) ?? .null }))
  }

  /// The action that does nothing.
  public static let nothing = Action(text: "", calls: [])
}

/// The result of an action.
public struct Outcome: Hashable, Sendable {
  /// The largest magnitude of a reward or a potential, 10¹².
  ///
  /// The square of a return of a million such rewards is still finite in single precision, in which policies
  /// and critics compute. An episode with a larger value fails with the code `reward-limit`.
  public static var rewardLimit: Double { 1e12 }

  /// The replies of the tools, in the order of the calls.
  public var replies: [ToolReply]
  /// The reward of the turn; absent is not zero.
  ///
  /// It must be finite and at most ``rewardLimit`` in magnitude.
  public var reward: Double?
  /// The parts of the reward that belong to sub-tasks; what is left belongs to the whole episode.
  public var shares: [RewardShare]
  /// Whether the environment has ended the episode.
  public var isTerminal: Bool

  /// Creates an outcome.
  public init(
    replies: [ToolReply] = [], reward: Double? = nil, shares: [RewardShare] = [],
    isTerminal: Bool = false
  ) {
    self.replies = replies
    self.reward = reward
    self.shares = shares
    self.isTerminal = isTerminal
  }
}

/// One turn of an episode: the observation, the action and its result.
public struct Turn: Codable, Hashable, Sendable {
  /// What the agent saw.
  public var observation: Observation
  /// What it did.
  public var action: Action
  /// The span of the tape that contains the action's tokens, if tokens were sampled.
  public var span: TokenTape.Reference?
  /// The message that the action was read from, if the model wrote more than the action.
  public var message: ModelMessage?
  /// The replies of the tools.
  public var replies: [ToolReply]
  /// The reward of the turn; absent is not zero.
  public var reward: Double?
  /// The sub-task that the turn worked on (``Environment/subtask(of:)``), if the environment has sub-tasks.
  public var subtask: String?
  /// The parts of the reward that belong to sub-tasks; `nil` if there are none.
  public var shares: [RewardShare]?
  /// The key of the state in which the agent decided, if keys are recorded.
  public var stateKey: StateKey?
  /// The potential of that state, if the environment has potentials.
  public var potential: Double?

  /// Creates a turn.
  public init(
    observation: Observation, action: Action, span: TokenTape.Reference? = nil,
    message: ModelMessage? = nil, replies: [ToolReply] = [], reward: Double? = nil,
    subtask: String? = nil, shares: [RewardShare]? = nil, stateKey: StateKey? = nil,
    potential: Double? = nil
  ) {
    (self.subtask, self.shares) = (subtask, shares)
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
