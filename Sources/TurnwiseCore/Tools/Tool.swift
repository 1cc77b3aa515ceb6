internal import Synchronization

/// An operation on a state that an agent can call, with typed arguments.
public protocol Tool<State>: Sendable {
  /// The state that the tool reads and changes.
  associatedtype State
  /// The arguments, from which the JSON schema shown to the agent is derived.
  ///
  /// A structure with a member for each argument. Arguments are checked against the schema: an argument that
  /// may be left out is an optional (a default value is not enough, as the synthesized decoder requires every
  /// other member), `null` means left out, and unknown members are refused. A `Date` is an RFC 3339 string and
  /// `Data` is base64. A type from which no schema can be derived must conform to ``SchemaDescribed``;
  /// otherwise the program stops with a message that says so.
  associatedtype Arguments: Decodable

  /// The name the agent calls the tool by.
  static var name: String { get }
  /// One sentence that tells the agent when to call the tool.
  ///
  /// It is part of ``ToolDescription``, for policies that read those. The small policies that `train` creates
  /// read only observations and replies, so these must contain whatever such a policy needs to know.
  static var summary: String { get }
  /// A description of each argument, by its coding key; part of ``ToolDescription`` like ``summary``.
  static var help: [String: String] { get }

  /// Runs the tool.
  ///
  /// - Throws: A ``ToolRefusal`` to tell the agent that the call was not possible: the state is restored
  ///   and the episode continues. Any other error ends the episode as failed.
  nonisolated(nonsending) func call(
    _ arguments: Arguments, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply

  /// Runs the tool on the agent's arguments. Default: checks and decodes them, and calls the tool.
  ///
  /// - Throws: The errors of ``call(_:on:using:)``, and a ``ToolRefusal`` for arguments that are too long
  ///   (``Toolbox/argumentLimit``) or do not conform to the schema.
  nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply
}

extension Tool {
  /// No descriptions.
  public static var help: [String: String] { [:] }

  /// Checks and decodes the arguments, and calls the tool.
  public nonisolated(nonsending) func run(
    _ arguments: JSONValue, on state: inout State, using random: inout Randomness
  ) async throws -> ToolReply {
    try await call(Self.typed(arguments), on: &state, using: &random)
  }

  private static func typed(_ arguments: JSONValue) throws -> Arguments {
    let limit = Toolbox<State>.argumentLimit
    if !arguments.surelyFits(limit) {
      let size = try JSON.encode(arguments).count
      guard size <= limit else {
        throw ToolRefusal("The arguments of '\(name)' have \(size) bytes; the limit is \(limit).")
      }
    }
    let schema = ArgumentSchema.known(of: Self.self)
    // A call without arguments may have null instead of an object.
    let given = arguments == .null ? [:] : arguments
    if let problem = schema.problem(in: given) {
      throw ToolRefusal("Bad arguments for '\(name)': \(problem).")
    }
    do {
      return try schema.decode(Arguments.self, from: given)
    } catch let refusal as ToolRefusal {
      throw refusal
    } catch {
      let words = (error as? DecodingError)?.plainDescription ?? "\(error)"
      throw ToolRefusal("Bad arguments for '\(name)': \(words).")
    }
  }
}

/// A request by the agent to run a tool.
public struct ToolCall: Codable, Hashable, Sendable {
  /// The tool's name.
  public var name: String
  /// The arguments, a JSON object.
  public var arguments: JSONValue
  /// The identifier that the model's server gave the call; the reply to the call must refer to it.
  public var id: String?

  /// Creates a call.
  public init(_ name: String, _ arguments: JSONValue = [:], id: String? = nil) {
    self.name = name
    self.arguments = arguments
    self.id = id
  }
}

/// A tool's reply to a call.
public struct ToolReply: Codable, Hashable, Sendable, ExpressibleByStringInterpolation {
  /// What the agent reads.
  public var text: Text
  /// The reward for the call; absent is not zero.
  public var reward: Double?
  /// The sub-task that the reward belongs to; `nil` if it belongs to the whole episode.
  public var subtask: String?
  /// Whether the call ends the episode.
  public var endsEpisode: Bool
  /// Whether the call was refused and therefore changed nothing.
  public var isRefusal: Bool

  /// Creates a reply.
  public init(
    _ text: Text, reward: Double? = nil, of subtask: String? = nil, endsEpisode: Bool = false,
    isRefusal: Bool = false
  ) {
    self.text = text
    self.reward = reward
    self.subtask = subtask
    self.endsEpisode = endsEpisode
    self.isRefusal = isRefusal
  }

  /// Creates a reply from a string; literals create a ``Text``, which keeps every byte.
  @_disfavoredOverload
  public init(
    _ string: String, reward: Double? = nil, of subtask: String? = nil, endsEpisode: Bool = false,
    isRefusal: Bool = false
  ) {
    self.init(
      Text(string), reward: reward, of: subtask, endsEpisode: endsEpisode, isRefusal: isRefusal)
  }

  /// Creates a reply without reward from a literal.
  public init(stringLiteral value: String) { self.init(Text(value)) }

  /// Creates a reply without reward from a literal with values.
  public init(stringInterpolation parts: Text.StringInterpolation) {
    self.init(Text(stringInterpolation: parts))
  }
}

/// The error that a tool throws to tell the agent why a call was not possible.
public struct ToolRefusal: Error, Hashable, Sendable {
  /// The reason, as the agent reads it.
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
  /// The JSON Schema of the arguments, an object.
  public var parameters: JSONValue
}

extension ToolDescription {
  /// Describes a tool by its type.
  ///
  /// `file` and `line` are named in the message if no schema can be derived.
  init<T: Tool>(of tool: T, file: StaticString, line: UInt) {
    let schema = ArgumentSchema.known(of: T.self, file: file, line: line)
    self.init(name: T.name, summary: T.summary, parameters: schema.json)
  }
}

extension ArgumentSchema {
  /// The schemas derived so far, which are kept because each turn of each session needs them.
  private static let all = Mutex<[ObjectIdentifier: ArgumentSchema]>([:])

  /// Returns the schema of a tool's arguments.
  ///
  /// If no schema can be derived, the program stops with a message that names `file` and `line`.
  static func known<T: Tool>(
    of tool: T.Type, file: StaticString = #fileID, line: UInt = #line
  ) -> ArgumentSchema {
    let id = ObjectIdentifier(T.self)
    if let known = all.withLock({ $0[id] }) { return known }
    do {
      let schema = try deriving(T.Arguments.self, help: T.help)
      all.withLock { $0[id] = schema }
      return schema
    } catch {
      mistake("The tool '\(T.name)' cannot be described: \(error).", file: file, line: line)
    }
  }
}
