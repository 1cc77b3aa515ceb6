internal import Synchronization

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
  nonisolated(nonsending) func call(
    _ arguments: Arguments, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply

  /// Runs the tool on arguments as the agent gave them. Default: decodes them and calls the tool.
  ///
  /// - Throws: What ``call(_:on:using:)`` throws, and a ``ToolRefusal`` for arguments that are too long
  ///   (``Toolbox/argumentLimit``) or do not fit the type.
  nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply
}

extension Tool {
  /// No sentences on the arguments.
  public static var help: [String: String] { [:] }

  /// Decodes the arguments and calls the tool.
  public nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply {
    try await call(Self.typed(arguments), on: &state, using: &random)
  }

  private static func typed(_ arguments: JSONValue) throws -> Arguments {
    let limit = Toolbox<State>.argumentLimit
    do {
      if !arguments.surelyFits(limit) {
        let size = try JSON.encode(arguments).count
        guard size <= limit else {
          throw ToolRefusal("The arguments of '\(name)' have \(size) bytes; the limit is \(limit).")
        }
      }
      return try arguments.decode(Arguments.self)
    } catch let error as DecodingError {
      throw ToolRefusal("Bad arguments for '\(name)': \(error.plainDescription).")
    }
  }
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

  /// Creates a reply without reward.
  public init(stringInterpolation parts: Text.StringInterpolation) {
    self.init(Text(stringInterpolation: parts))
  }
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

extension ToolDescription {
  /// A type has one schema for ever, and each turn of each session shows it to the policy.
  private static let schemas = Mutex<[ObjectIdentifier: JSONValue]>([:])

  /// Describes a tool, by its type alone.
  init<T: Tool>(of tool: T) {
    let known = Self.schemas.withLock { $0[ObjectIdentifier(T.self)] }
    let schema = known ?? JSONSchema.describing(T.Arguments.self, help: T.help)
    if known == nil { Self.schemas.withLock { $0[ObjectIdentifier(T.self)] = schema } }
    self.init(name: T.name, summary: T.summary, parameters: schema)
  }
}
