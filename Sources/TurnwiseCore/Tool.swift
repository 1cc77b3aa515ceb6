/// Something an agent can do to a state, with typed arguments.
public protocol Tool<State>: Sendable {
  /// What the tool acts on.
  associatedtype State
  /// The arguments, from which the JSON schema shown to the agent is derived.
  associatedtype Arguments: Decodable

  /// The name the agent calls the tool by.
  static var name: String { get }
  /// One sentence that tells the agent when to call the tool.
  static var summary: String { get }
  /// What each argument means, by its coding key.
  static var help: [String: String] { get }

  /// Runs the tool.
  ///
  /// - Throws: A ``ToolRefusal`` to tell the agent that the call was not possible: the state is put
  ///   back and the episode goes on. Any other error ends the episode as failed.
  func call(_ arguments: Arguments, on state: inout State, using random: inout Randomness)
    async throws -> ToolReply
}

extension Tool {
  /// No sentences on the arguments.
  public static var help: [String: String] { [:] }
}

/// A request by the agent to run a tool.
public struct ToolCall: Codable, Hashable, Sendable {
  /// The tool's name.
  public var name: String
  /// A JSON object.
  public var arguments: JSONValue

  /// Creates a call.
  public init(_ name: String, _ arguments: JSONValue = [:]) {
    self.name = name
    self.arguments = arguments
  }
}

/// What a tool answers.
public struct ToolReply: Codable, Hashable, Sendable, ExpressibleByStringInterpolation {
  /// What the agent reads.
  public var text: Text
  /// The reward for the call; absent is not zero.
  public var reward: Double?
  /// Whether the episode is over.
  public var endsEpisode: Bool
  /// Whether the call was refused, so that nothing changed.
  public var isRefusal: Bool

  /// Creates a reply.
  public init(
    _ text: Text, reward: Double? = nil, endsEpisode: Bool = false, isRefusal: Bool = false
  ) {
    self.text = text
    self.reward = reward
    self.endsEpisode = endsEpisode
    self.isRefusal = isRefusal
  }

  /// Creates a reply without reward.
  public init(stringLiteral value: String) { self.init(Text(value)) }
}

/// Tells the agent why a call was not possible.
public struct ToolRefusal: Error, Hashable, Sendable {
  /// What the agent reads.
  public var reason: String

  /// Creates a refusal.
  public init(_ reason: String) { self.reason = reason }
}

/// What the agent is told about a tool.
public struct ToolDescription: Codable, Hashable, Sendable {
  /// The name the agent calls the tool by.
  public var name: String
  /// One sentence that tells the agent when to call the tool.
  public var summary: String
  /// A JSON Schema object.
  public var parameters: JSONValue
}
